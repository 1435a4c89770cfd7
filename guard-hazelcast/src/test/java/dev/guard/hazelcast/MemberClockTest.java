package dev.guard.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A member's clock")
class MemberClockTest {

    private static final long START_MILLIS = 1_800_000_000_000L;

    private long clusterMillis = START_MILLIS;
    private long nanos = 5_000;
    private final MemberClock clock = new MemberClock(() -> clusterMillis, () -> nanos);

    private void pass(long millis) {
        nanos += millis * 1_000_000;
        clusterMillis += millis;
    }

    private long sinceStart() {
        return clock.micros() - START_MILLIS * 1_000;
    }

    @Test
    @DisplayName("goes on with the time that passes, to the microsecond")
    void goesOn() {
        assertThat(sinceStart()).isZero();
        nanos += 1_999;
        assertThat(sinceStart()).isEqualTo(1);
        pass(50);
        assertThat(sinceStart()).isEqualTo(50_001);
        for (int i = 0; i < 100; i++) {
            pass(1_000);
            assertThat(sinceStart()).isBetween(50_001 + (i + 1) * 1_000_000L - 1_000, 50_001 + (i + 1) * 1_000_000L);
        }
    }

    @Test
    @DisplayName(
            "follows a step of the cluster's time by an hour at a hundredth of the time that passes, in either direction")
    void steps() {
        for (long step : new long[] {3_600_000, -3_600_000}) {
            pass(1_000);
            long before = clock.micros();
            clusterMillis += step;
            for (int i = 0; i < 100; i++) {
                pass(100);
                clock.micros();
            }
            long elapsed = clock.micros() - before;
            assertThat(elapsed).isBetween(9_900_000L, 10_100_000L);
        }
    }

    @Test
    @DisplayName("has reached the cluster's time when it had time enough, and stays there")
    void reaches() {
        clusterMillis += 50;
        for (int i = 0; i < 600; i++) {
            pass(100);
            clock.micros();
        }
        assertThat(clock.micros()).isBetween(clusterMillis * 1_000 - 1_000, clusterMillis * 1_000 + 1_000);
    }
}
