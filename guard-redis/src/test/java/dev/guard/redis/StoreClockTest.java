package dev.guard.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.Deadline;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Deadlines in the server's time. */
class StoreClockTest {

    private final AtomicLong nanos = new AtomicLong(5_000_000);
    private final StoreClock clock = new StoreClock(Optional.empty(), nanos::get);

    /** What a deadline in a millisecond is told as. */
    private long inAMillisecond() {
        return clock.ofServer(Deadline.after(nanos.get(), 1_000_000));
    }

    @Test
    @DisplayName("No deadline is never over, and neither is one before the server's time is known")
    void noDeadline() {
        assertThat(clock.ofServer(Deadline.NONE)).isEqualTo(Long.MAX_VALUE);
        assertThat(inAMillisecond()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    @DisplayName(
            "A deadline is told by the latest that the server's clock can be, and the interval gets smaller with each answer")
    void intervals() {
        clock.told(1_000_000, 4_000_000, 5_000_000);
        assertThat(inAMillisecond()).isEqualTo(1_000_000 - 4_000 + 5_000 + 1_000 + 1);
        clock.told(1_000_500, 4_800_000, 5_000_000);
        assertThat(inAMillisecond()).isEqualTo(1_000_500 - 4_800 + 5_000 + 1_000 + 1);
        clock.told(1_000_600, 3_000_000, 5_000_000);
        assertThat(inAMillisecond()).isEqualTo(1_000_500 - 4_800 + 5_000 + 1_000 + 1);
    }

    @Test
    @DisplayName("A server's clock that was set is believed at once; among several servers the latest clock counts")
    void clocksThatDiffer() {
        clock.told(1_000_000, 5_000_000, 5_000_000);
        clock.told(400_000, 5_000_000, 5_000_000);
        assertThat(inAMillisecond()).isEqualTo(400_000 + 1_000 + 1);
        clock.ofSeveralServers();
        clock.told(700_000, 5_000_000, 5_000_000);
        clock.told(600_000, 5_000_000, 5_000_000);
        assertThat(inAMillisecond()).isEqualTo(700_000 + 1_000 - 1);
    }

    @Test
    @DisplayName("What was gathered a minute ago counts no more")
    void oldAnswers() {
        clock.told(1_000_000, 5_000_000, 5_000_000);
        nanos.addAndGet(61_000_000_000L);
        clock.told(62_000_000, nanos.get() - 3_000_000, nanos.get());
        assertThat(inAMillisecond()).isEqualTo(62_000_000 + 3_000 + 1_000 + 1);
    }

    @Test
    @DisplayName("An injected time is the server's")
    void injected() {
        StoreClock still = new StoreClock(Optional.of(InstantSource.fixed(Instant.ofEpochSecond(7))), nanos::get);
        assertThat(still.ofServer(Deadline.after(nanos.get(), 1_000_000))).isEqualTo(7_001_000);
        assertThat(still.injectedTime()).hasValue(7_000_000L);
    }
}
