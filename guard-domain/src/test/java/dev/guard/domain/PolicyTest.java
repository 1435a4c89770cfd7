package dev.guard.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A policy")
class PolicyTest {

    private static final Limit SECOND = Limit.parse("20/1s");
    private static final Limit HOUR = Limit.parse("500/1h");

    @Test
    @DisplayName("has version 1, carries usage as it is and enforces, unless told otherwise")
    void defaults() {
        Policy policy = Policy.of("api", SECOND, HOUR);
        assertThat(policy.name()).isEqualTo("api");
        assertThat(policy.version()).isEqualTo(1);
        assertThat(policy.carry()).isEqualTo(Carry.AS_IS);
        assertThat(policy.isShadow()).isFalse();
        assertThat(policy.limits()).containsExactly(SECOND, HOUR);
        assertThat(policy).hasToString("api (version 1): [20/1s, 500/1h]");
    }

    @Test
    @DisplayName("names a single limit after itself, several by number, and those with a name by it")
    void limitNames() {
        assertThat(Policy.of("api", SECOND).limitName(0)).isEqualTo("api");
        Policy three = Policy.of("api", SECOND, HOUR.named("hourly"), HOUR);
        assertThat(three.limitName(0)).isEqualTo("api-1");
        assertThat(three.limitName(1)).isEqualTo("hourly");
        assertThat(three.limitName(2)).isEqualTo("api-3");
        assertThat(Policy.of("api", SECOND.named("burst")).limitName(0)).isEqualTo("burst");
    }

    @Test
    @DisplayName("is equal to another one in every part, or not at all")
    void equality() {
        Policy policy = Policy.of("api", SECOND);
        assertThat(policy)
                .isEqualTo(Policy.builder("api").limit(Limit.parse("20/1s")).build())
                .hasSameHashCodeAs(Policy.of("api", SECOND))
                .doesNotHaveSameHashCodeAs(Policy.of("api2", SECOND))
                .isNotEqualTo("api")
                .isNotEqualTo(Policy.of("api2", SECOND))
                .isNotEqualTo(Policy.of("api", HOUR))
                .isNotEqualTo(Policy.builder("api").limit(SECOND).version(2).build())
                .isNotEqualTo(
                        Policy.builder("api").limit(SECOND).carry(Carry.RESET).build())
                .isNotEqualTo(Policy.builder("api").limit(SECOND).inShadow().build());
        assertThat(Policy.builder("api").limit(SECOND).inShadow().build())
                .hasToString("api (version 1): [20/1s] in shadow");
    }

    @Test
    @DisplayName("blocks on excess for as long as it is told, ten years at most, and not unless it is told")
    void blockOnExcess() {
        Policy policy = Policy.of("api", SECOND);
        assertThat(policy.blockOnExcessMicros()).isZero();
        Policy blocking = blocking(Duration.ofSeconds(90));
        assertThat(blocking.blockOnExcessMicros()).isEqualTo(90_000_000);
        assertThat(blocking)
                .isNotEqualTo(policy)
                .isNotEqualTo(blocking(Duration.ofSeconds(91)))
                .isEqualTo(blocking(Duration.ofMillis(90_000)))
                .hasSameHashCodeAs(blocking(Duration.ofMillis(90_000)))
                .hasToString("api (version 1): [20/1s] blocking for 90s");
        assertThat(blocking(Duration.ofDays(9_999))).isEqualTo(blocking(Duration.ofDays(3_660)));
        assertThat(Policy.builder("api")
                        .limit(SECOND)
                        .inShadow()
                        .blockOnExcess(Duration.ofMinutes(1))
                        .build())
                .hasToString("api (version 1): [20/1s] in shadow blocking for 1m");
    }

    @Test
    @DisplayName("is refused a block on excess that is not above zero, or finer than time is counted")
    void refusesBlocks() {
        refusedToBlock(Duration.ZERO, "the block on excess of policy 'api' is PT0S, expected at least one microsecond");
        refusedToBlock(
                Duration.ofMillis(-1),
                "the block on excess of policy 'api' is PT-0.001S, expected at least one microsecond");
        refusedToBlock(
                Duration.ofNanos(999),
                "the block on excess of policy 'api' is PT0.000000999S, expected a whole number of microseconds");
    }

    private static Policy blocking(Duration duration) {
        return Policy.builder("api").limit(SECOND).blockOnExcess(duration).build();
    }

    private static void refusedToBlock(Duration duration, String message) {
        assertThatThrownBy(() -> blocking(duration))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessage(message);
    }

    @Test
    @DisplayName("knows whether one of its limits is one of concurrency")
    void knowsItsConcurrency() {
        assertThat(Policy.of("api", SECOND, HOUR).hasConcurrency()).isFalse();
        assertThat(Policy.of("api", SECOND, Limit.parse("concurrent 5 lease 1s"), HOUR)
                        .hasConcurrency())
                .isTrue();
        assertThat(Policy.of("api", Limit.parse("concurrent 5 lease 1s").inShadow())
                        .hasConcurrency())
                .isTrue();
    }

    @Test
    @DisplayName("is not changed by what its builder is told later")
    void isImmutable() {
        Policy.Builder builder = Policy.builder("api").limit(SECOND);
        Policy policy = builder.build();
        builder.limit(HOUR).version(2);
        assertThat(policy).isEqualTo(Policy.of("api", SECOND));
        assertThatThrownBy(() -> policy.limits().add(HOUR)).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    @DisplayName("is refused by name: no name, no limit, a version below 1, two limits of one name")
    void refusals() {
        assertThatThrownBy(() -> Policy.of("", SECOND))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessage("the policy's name is empty, expected a name");
        assertThatThrownBy(() -> Policy.of("api"))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessage("policy 'api' has no limit, expected at least one");
        assertThatThrownBy(() -> Policy.builder("api").limit(SECOND).version(0).build())
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessage("policy 'api' has version 0, expected 1 or more");
        assertThatThrownBy(() -> Policy.builder("api")
                        .limit(SECOND)
                        .version(Integer.MIN_VALUE)
                        .build())
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessage("policy 'api' has version -2147483648, expected 1 or more");
        assertThatThrownBy(() -> Policy.of("api", SECOND.named("x"), HOUR.named("x")))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessage("policy 'api' has two limits named 'x', expected a name for each");
        assertThatThrownBy(() -> Policy.of("api", SECOND, HOUR.named("api-1")))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessage("policy 'api' has two limits named 'api-1', expected a name for each");
        assertThatThrownBy(() -> Policy.builder(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("name");
        assertThatThrownBy(() -> Policy.builder("api").limit(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("limit");
        assertThatThrownBy(() -> Policy.builder("api").carry(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("carry");
    }

    @Test
    @DisplayName("S12 makes keys of tenant, policy and subject, which are the same key only if every part is")
    void keys() {
        Policy policy = Policy.of("api", SECOND);
        assertThat(policy.key("acme", "alice")).isEqualTo(new Key("acme", "api", "alice"));
        assertThat(Key.of("api", "alice")).isEqualTo(new Key("default", "api", "alice"));
        assertThat(new Key("a", "b:c", "d"))
                .isNotEqualTo(new Key("a:b", "c", "d"))
                .isNotEqualTo(new Key("a", "b", "c:d"));
        assertThat(Key.of("api", "").subject()).isEmpty();
        assertThatThrownBy(() -> policy.key("", "alice"))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessage("tenant is empty, expected a name (or none, for 'default')");
        assertThatThrownBy(() -> Key.of("", "alice"))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessage("policy is empty, expected the name of a policy");
        assertThatThrownBy(() -> Key.of("api", null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("subject");
    }

    @Test
    @DisplayName("with other limits is the same in all else")
    void withLimits() {
        Policy policy = Policy.builder("api")
                .version(3)
                .carry(Carry.PROPORTIONAL)
                .inShadow()
                .blockOnExcess(Duration.ofMinutes(1))
                .limit(Limit.parse("100/1m"))
                .build();
        Policy other = policy.withLimits(List.of(Limit.parse("25/1m"), Limit.parse("7/1h")));
        assertThat(other.limits()).containsExactly(Limit.parse("25/1m"), Limit.parse("7/1h"));
        assertThat(other.withLimits(policy.limits())).isEqualTo(policy);
        assertThatThrownBy(() -> policy.withLimits(List.of())).isInstanceOf(GuardConfigurationException.class);
    }
}
