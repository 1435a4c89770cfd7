package dev.guard.domain.counter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Limit;
import dev.guard.domain.Micros;
import dev.guard.domain.Policy;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A policy made ready")
class CompiledPolicyTest {

    private static CompiledPolicy ready(Policy policy) {
        return CompiledPolicy.of(policy, ModelKey.SOURCE);
    }

    @Test
    @DisplayName("is simple where one limit is enforced that remembers two numbers, and in no other case")
    void simple() {
        Limit limit = Limit.parse("5/1m");
        assertThat(ready(Policy.of("api", limit)).isSimple()).isTrue();
        assertThat(ready(Policy.of("api", limit, Limit.parse("9/1h"))).isSimple())
                .isFalse();
        assertThat(ready(Policy.of("api", limit.inShadow())).isSimple()).isFalse();
        assertThat(ready(Policy.builder("api").limit(limit).inShadow().build()).isSimple())
                .isFalse();
        assertThat(ready(Policy.of("api", Limit.parse("5/1m log"))).isSimple()).isFalse();
        assertThat(ready(Policy.of("api", Limit.parse("concurrent 5 lease 30s")))
                        .isSimple())
                .isFalse();
    }

    @Test
    @DisplayName("has the numbers of its limits in their order")
    void numbers() {
        CompiledPolicy policy = ready(Policy.of("api", Limit.parse("5/1m"), Limit.parse("9/1h")));
        assertThat(policy.numbers(0)).isEqualTo(Limit.parse("5/1m").numbers());
        assertThat(policy.numbers(1)).isEqualTo(Limit.parse("9/1h").numbers());
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("refuses a cost out of range, also of permits that are never given back")
    @ValueSource(longs = {Long.MIN_VALUE, -1, 0, 6, Long.MAX_VALUE})
    void refusesCosts(long cost) {
        CompiledPolicy policy = ready(Policy.of("api", Limit.parse("5/1m")));
        assertThatThrownBy(() -> policy.checkAnonymousCost(cost))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessage("cost is " + cost + ", expected 1 to 5, the smallest capacity of policy 'api'");
        policy.checkAnonymousCost(1);
        policy.checkAnonymousCost(5);
    }

    @Test
    @DisplayName("refuses permits that nobody can give back under a concurrency limit")
    void refusesAnonymousPermits() {
        CompiledPolicy policy = ready(Policy.of("api", Limit.parse("concurrent 5 lease 30s")));
        assertThatThrownBy(() -> policy.checkAnonymousCost(1))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("policy 'api' has a concurrency limit");
    }

    @Test
    @DisplayName("S9 of a bucket of 0 says that no level is ever reached, to who judges without the model")
    void aBucketOfZeroIsNeverFilled() {
        assertThat(GreedyBucket.waitForLevel(Limit.parse("0/1s").numbers(), 0, 1, 0))
                .isEqualTo(Micros.NEVER);
    }
}
