package dev.guard.redis.jedis;

import static dev.guard.redis.jedis.Calls.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.Deadline;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WatchdogTest {

    private static final Duration NEVER = Duration.ofMinutes(30);

    private final Watchdog watchdog = Watchdog.start();
    private final AtomicInteger ended = new AtomicInteger();

    @AfterEach
    void tearDown() {
        watchdog.close();
    }

    private Watchdog.Watch watch() {
        return watchdog.watch(ended::incrementAndGet);
    }

    private static Deadline in(Duration time) {
        return Deadline.after(System.nanoTime(), time.toNanos());
    }

    /** Looks at the clock and does not sleep, so as to meet a deadline as it passes. */
    private static void spinUntil(long nanoTime) {
        while (System.nanoTime() - nanoTime < 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    @DisplayName("an exchange is ended at its deadline, not before, and once")
    void late() throws Exception {
        Deadline deadline = in(Duration.ofMillis(50));
        AtomicBoolean early = new AtomicBoolean();
        Watchdog.Watch watch = watchdog.watch(() -> {
            early.set(!deadline.hasPassed(System.nanoTime()));
            ended.incrementAndGet();
        });
        watch.begin(deadline);
        until("it is ended", () -> ended.get() == 1);

        assertThat(early).isFalse();
        assertThat(watch.over()).isTrue();
        assertThat(watch.over()).isTrue();
        watch.begin(in(Duration.ofMillis(1)));
        assertEndsAnother();
        assertThat(ended).hasValue(2);
    }

    /** Another exchange is ended; what was due before it would have been ended too. */
    private void assertEndsAnother() throws Exception {
        int before = ended.get();
        Watchdog.Watch another = watch();
        another.begin(in(Duration.ofMillis(5)));
        until("another is ended", () -> ended.get() > before);
        assertThat(another.over()).isTrue();
    }

    @Test
    @DisplayName("an exchange that is over in time is not ended, nor is the next one over the same connection")
    void inTime() throws Exception {
        Watchdog.Watch watch = watch();
        watch.begin(in(Duration.ofSeconds(5)));
        assertThat(watch.over()).isFalse();
        assertThat(watch.over()).isFalse();
        watch.begin(in(NEVER));

        assertEndsAnother();

        assertThat(watch.over()).isFalse();
        assertThat(ended).hasValue(1);
    }

    @Test
    @DisplayName("a deadline that comes before those already watched is kept all the same")
    void earlier() throws Exception {
        watch().begin(in(NEVER));
        // The thread sleeps by then, for as long as it knows of nothing.
        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());

        watch().begin(in(Duration.ofSeconds(2)));
        watch().begin(in(Duration.ofMillis(20)));
        until("the earliest is ended", () -> ended.get() == 1);
        until("the next is ended", () -> ended.get() == 2);
    }

    @Test
    @DisplayName("an exchange is never ended for the deadline of the one before it, however close to that it begins")
    void notForTheOneBefore() throws Exception {
        int rounds = 500;
        int late = 0;
        Watchdog.Watch watch = watch();
        for (int i = 0; i < rounds; i++) {
            long due = System.nanoTime() + 1_500_000;
            watch.begin(Deadline.after(due, 0));
            spinUntil(due + (i % 100 - 30) * 2_000L);
            if (watch.over()) {
                late++;
                watch.leave();
                watch = watch();
            } else {
                watch.begin(in(NEVER));
                spinUntil(due + 300_000);
                assertThat(watch.over()).as("round " + i).isFalse();
            }
        }
        int expected = late;
        until("what was late is ended", () -> ended.get() >= expected);
        assertThat(ended).hasValue(expected);
    }

    @Test
    @DisplayName("a closed watchdog ends what is late as long as there are connections, and then its thread ends")
    void closing() throws Exception {
        Watchdog own = Watchdog.start();
        Watchdog.Watch watch = own.watch(ended::incrementAndGet);
        own.close();
        watch.begin(in(Duration.ofMillis(1500)));
        until("it is ended", () -> ended.get() == 1);
        assertThat(own.isRunning()).isTrue();

        watch.leave();
        until("the thread is gone", () -> !own.isRunning());
    }

    @Test
    @DisplayName(
            "an exchange that begins while another is ended is ended too, though ending that one waited for something")
    void beginsWhileAnotherIsEnded() throws Exception {
        // In one round of two the thread has looked at the other one already when it ends the slow one.
        for (int round = 1; round <= 20; round++) {
            int rounds = round;
            Watchdog.Watch other = watch();
            Watchdog.Watch slow = watchdog.watch(() -> {
                Thread beginning = new Thread(() -> other.begin(in(Duration.ofMillis(20))));
                beginning.start();
                // Whoever waits for a lock parks as well, and uses up what was meant to wake the thread.
                while (beginning.isAlive()) {
                    LockSupport.parkNanos(1_000);
                }
                LockSupport.parkNanos(1_000);
            });
            slow.begin(in(Duration.ofMillis(1)));
            until("the other one is ended", () -> ended.get() == rounds);
            other.leave();
            slow.leave();
        }
    }
}
