package dev.guard.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The errors of guard")
class ErrorsTest {

    @Test
    @DisplayName("carry the HTTP status that fits and a detail, which is their message")
    void carryStatusAndDetail() {
        IllegalStateException cause = new IllegalStateException("cause");
        check(new GuardException(418, "teapot"), 418, "teapot");
        check(new InvalidArgumentException("cost is 0"), 400, "cost is 0");
        check(new GuardConfigurationException("mode is x"), 500, "mode is x");
        check(new GuardConfigurationException("mode is x", cause), 500, "mode is x");
        check(new CorruptStateException("a list"), 503, "a list");
        check(new GuardClosedException("this guard"), 503, "this guard is closed");
        assertThat(new GuardException(500, "x", cause)).hasCause(cause);
        assertThat(new GuardException(500, null).detail()).isEmpty();
        BackendUnavailableException unavailable =
                new BackendUnavailableException(BackendUnavailableException.Reason.TIMEOUT, "no answer", cause);
        check(unavailable, 503, "no answer");
        assertThat(unavailable.reason()).isEqualTo(BackendUnavailableException.Reason.TIMEOUT);
        assertThat(unavailable).hasCause(cause);
        check(new BackendUnavailableException(BackendUnavailableException.Reason.CONNECT, "refused"), 503, "refused");
    }

    @Test
    @DisplayName("give one of sixteen reasons, a closed list, where a store could not be asked")
    void reasons() {
        assertThat(BackendUnavailableException.Reason.values())
                .extracting(Enum::name)
                .containsExactly(
                        "CONNECT",
                        "TIMEOUT",
                        "CONNECTION_LOST",
                        "OVERLOADED",
                        "READ_ONLY",
                        "LOADING",
                        "OUT_OF_MEMORY",
                        "MISCONFIGURED",
                        "AUTH",
                        "PROTOCOL",
                        "CORRUPT_STATE",
                        "TOPOLOGY",
                        "SPLIT",
                        "LATE",
                        "CIRCUIT_OPEN",
                        "INTERRUPTED");
    }

    @Test
    @DisplayName("aside: the codes of algorithms in stored state are these, for ever")
    void codes() {
        assertThat(Arrays.stream(Algorithm.values()).map(a -> a + "=" + a.code()))
                .containsExactly(
                        "GREEDY=1",
                        "INTERVAL=2",
                        "FIXED=3",
                        "ALIGNED=4",
                        "SLIDING=5",
                        "LOG=6",
                        "CALENDAR=7",
                        "CONCURRENT=8");
        Set<Integer> codes = new HashSet<>();
        Arrays.stream(Algorithm.values())
                .forEach(a -> assertThat(codes.add(a.code())).isTrue());
    }

    @Test
    @DisplayName("do not come from a deadline: it only tells what is left")
    void deadline() {
        assertThat(Deadline.NONE.isNone()).isTrue();
        assertThat(Deadline.NONE.remaining(Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
        Deadline deadline = Deadline.after(Long.MAX_VALUE - 5, 100);
        assertThat(deadline.isNone()).isFalse();
        assertThat(deadline.remaining(Long.MAX_VALUE - 5)).isEqualTo(100);
        assertThat(deadline.remaining(Long.MIN_VALUE + 100)).isEqualTo(-6);
    }

    private static void check(GuardException error, int status, String detail) {
        assertThat(error.statusCode()).isEqualTo(status);
        assertThat(error.detail()).isEqualTo(detail);
        assertThat(error).hasMessage(detail);
    }
}
