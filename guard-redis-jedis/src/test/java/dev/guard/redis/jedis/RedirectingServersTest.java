package dev.guard.redis.jedis;

import static dev.guard.redis.jedis.Calls.call;
import static dev.guard.redis.jedis.Calls.failed;
import static dev.guard.redis.jedis.Calls.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.tck.fault.FakeRedis;
import dev.guard.tck.fault.FakeRedis.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A cluster of fakes, which redirect in ways that a real one would not. */
@Tag("slow")
class RedirectingServersTest {

    private FakeRedis one;
    private FakeRedis two;
    private JedisDriver driver;

    @BeforeEach
    void setUp() {
        one = FakeRedis.start();
        two = FakeRedis.start();
        Answer slots = Answer.array(Answer.array(
                Answer.integer(0),
                Answer.integer(16_383),
                Answer.array(Answer.bulk(""), Answer.integer(one.port()), Answer.bulk("id"))));
        one.always("CLUSTER", slots);
        driver = Calls.open("redis-cluster://" + one.host() + ":" + one.port() + "?timeout=1s", 2);
    }

    @AfterEach
    void tearDown() {
        driver.close();
        one.close();
        two.close();
    }

    @Test
    @DisplayName("a redirection is followed with one command more, ASK with ASKING before it")
    void followed() {
        one.next(
                "INCR", Answer.error("MOVED 1 127.0.0.1:" + two.port()), Answer.error("ASK 1 127.0.0.1:" + two.port()));
        two.always("INCR", Answer.integer(1)).always("ASKING", Answer.status("OK"));

        assertThat(call(driver, "INCR", "k")).isEqualTo(1L);
        assertThat(two.received("ASKING")).isZero();
        assertThat(call(driver, "INCR", "k")).isEqualTo(1L);
        assertThat(two.received("ASKING")).isEqualTo(1);
        assertThat(one.received("INCR")).isEqualTo(2);
        assertThat(two.received("INCR")).isEqualTo(2);
    }

    @Test
    @DisplayName("a redirection without a host means the one that redirects")
    void withoutHost() {
        one.next("INCR", Answer.error("MOVED 1 :" + two.port()));
        two.always("INCR", Answer.integer(1));

        assertThat(call(driver, "INCR", "k")).isEqualTo(1L);
    }

    @Test
    @DisplayName("servers that redirect to one another without end are given up, and nothing was run")
    void withoutEnd() {
        one.always("INCR", Answer.error("MOVED 1 127.0.0.1:" + two.port()));
        two.always("INCR", Answer.error("MOVED 1 127.0.0.1:" + one.port()));

        assertThat(failure(() -> call(driver, "INCR", "k"))).isEqualTo(failed(Reason.TOPOLOGY, false));
        assertThat(one.received("INCR") + two.received("INCR")).isEqualTo(6);
    }

    @Test
    @DisplayName("a redirection that cannot be read is an error, not a way")
    void malformed() {
        one.next("INCR", Answer.error("MOVED 1 nowhere"), Answer.error("MOVED"));

        assertThat(failure(() -> call(driver, "INCR", "k"))).isEqualTo(failed(Reason.PROTOCOL, true));
        assertThat(failure(() -> call(driver, "INCR", "k"))).isIn("MOVED", failed(Reason.PROTOCOL, true));
    }

    @Test
    @DisplayName("a lost answer is not asked for again, as Jedis would in a cluster")
    void sentOnce() {
        one.next("INCR", Answer.close(), Answer.never());

        assertThat(failure(() -> call(driver, "INCR", "k"))).isEqualTo(failed(Reason.CONNECTION_LOST, true));
        assertThat(failure(() -> call(driver, "INCR", "k"))).isEqualTo(failed(Reason.TIMEOUT, true));
        assertThat(one.received("INCR")).isEqualTo(2);
    }
}
