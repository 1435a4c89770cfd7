package dev.guard.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class CrowdTest {

    private final Crowd crowd = new Crowd(TckSettings.timeout());

    @Test
    @DisplayName("every thread runs the task once, under a number of its own")
    void runsAll() {
        Set<Integer> numbers = ConcurrentHashMap.newKeySet();
        crowd.run(4, numbers::add);
        assertThat(numbers).containsExactlyInAnyOrder(1, 2, 3, 4);
    }

    @Test
    @DisplayName("what a thread found wrong is what the rule fails with")
    void assertionErrors() {
        AssertionError wrong = new AssertionError("wrong");
        assertThatThrownBy(() -> crowd.run(2, thread -> {
                    if (thread == 2) {
                        throw wrong;
                    }
                }))
                .isSameAs(wrong);
    }

    @Test
    @DisplayName("an exception of a backend fails the rule, with the exception as its cause")
    void exceptions() {
        IllegalStateException thrown = new IllegalStateException("broken");
        assertThatThrownBy(() -> crowd.run(2, thread -> {
                    throw thrown;
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("a call failed although nothing was wrong with the store")
                .hasCause(thrown);
    }

    @Test
    @DisplayName("a thread that does not come back fails the rule, and the failure says where it is")
    void hangs() {
        CountDownLatch never = new CountDownLatch(1);
        Crowd impatient = new Crowd(Duration.ofMillis(100));
        assertThatThrownBy(() -> impatient.run(2, thread -> never.await()))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("the backend hangs")
                .hasMessageContaining("CountDownLatch.await");
    }
}
