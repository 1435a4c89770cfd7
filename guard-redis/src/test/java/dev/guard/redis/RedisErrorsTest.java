package dev.guard.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.CorruptStateException;
import dev.guard.domain.GuardClosedException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What errors are to a caller. */
class RedisErrorsTest {

    private static final String SHA = "0123456789abcdef0123456789abcdef01234567";

    @ParameterizedTest
    @DisplayName("An error reply has a reason of guard's closed list")
    @CsvSource(
            delimiter = '|',
            value = {
                "LOADING | LOADING Redis is loading the dataset in memory",
                "READ_ONLY | READONLY You can't write against a read only replica.",
                "READ_ONLY | MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist",
                "READ_ONLY | NOREPLICAS Not enough good replicas to write.",
                "OUT_OF_MEMORY | OOM command not allowed when used memory > 'maxmemory'.",
                "AUTH | NOAUTH Authentication required.",
                "AUTH | WRONGPASS invalid username-password pair or user is disabled.",
                "AUTH | NOPERM this user has no permissions to run the 'evalsha' command",
                "AUTH | ERR The user executing the script can't run this command or subcommand script: 1f8f, on @user_script:1.",
                "AUTH | ERR ACL failure in script: User guard has no permissions to run the 'set' command",
                "AUTH | The user executing the script can't access at least one of the keys mentioned in the command arguments",
                "AUTH | ERR invalid password",
                "AUTH | ERR AUTH <password> called without any password configured for the default user",
                "OVERLOADED | BUSY Redis is busy running a script.",
                "OVERLOADED | ERR max number of clients reached",
                "TOPOLOGY | MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
                "TOPOLOGY | TRYAGAIN Multiple keys request during rehashing of slot",
                "TOPOLOGY | CLUSTERDOWN The cluster is down",
                "MISCONFIGURED | MOVED 866 127.0.0.1:7001",
                "MISCONFIGURED | ASK 866 127.0.0.1:7001",
                "MISCONFIGURED | ERR DB index is out of range",
                "MISCONFIGURED | ERR unknown command 'EVALSHA', with args beginning with:",
                "PROTOCOL | CROSSSLOT Keys in request don't hash to the same slot",
                "PROTOCOL | EXECABORT Transaction discarded because of previous errors.",
                "PROTOCOL | ERR value is not an integer or out of range",
                "PROTOCOL | NOSCRIPT No matching script.",
                "PROTOCOL | SOMETHING",
            })
    void anErrorReplyHasAReason(Reason reason, String text) {
        assertThat(RedisErrors.translated(new CompletionException(new RedisErrorReply(text))))
                .isInstanceOfSatisfying(BackendUnavailableException.class, error -> {
                    assertThat(error.reason()).isEqualTo(reason);
                    assertThat(error).hasMessage("Redis answered: " + text);
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "@user_script: 54: -",
                "ERR Error running script (call to f_" + SHA + "): @user_script:20: @user_script: 20: -"
            })
    @DisplayName(
            "What a command in a script was refused for is told without the line of the script, as older servers tell it")
    void errorsOfCommandsInScripts(String line) {
        assertThat(RedisErrors.translated(new RedisErrorReply(line + "READONLY You can't write.")))
                .isInstanceOfSatisfying(
                        BackendUnavailableException.class,
                        error -> assertThat(error.reason()).isEqualTo(Reason.READ_ONLY))
                .hasMessage("Redis answered: READONLY You can't write.");
    }

    @Test
    @DisplayName("S76 a value that is none of guard's is a corrupt state")
    void valuesOfStrangers() {
        assertThat(RedisErrors.translated(
                        new RedisErrorReply("WRONGTYPE Operation against a key holding the wrong kind of value")))
                .isInstanceOf(CorruptStateException.class)
                .hasMessageContaining("expected one that guard wrote");
        assertThat(RedisErrors.translated(new RedisErrorReply("CORRUPT the value of the key is none of guard")))
                .isInstanceOf(CorruptStateException.class)
                .hasMessage("the value of the key is none of guard");
    }

    @Test
    @DisplayName("Errors of the connection keep their reason, guard's own stay, and others are of the protocol")
    void otherErrors() {
        Exception cause = new Exception("cause");
        assertThat(RedisErrors.translated(new RedisConnectionException(Reason.TIMEOUT, true, "no answer", cause)))
                .isInstanceOfSatisfying(
                        BackendUnavailableException.class,
                        error -> assertThat(error.reason()).isEqualTo(Reason.TIMEOUT));
        GuardClosedException closed = new GuardClosedException("closed");
        assertThat(RedisErrors.translated(closed)).isSameAs(closed);
        OutOfMemoryError serious = new OutOfMemoryError("heap");
        assertThat(RedisErrors.translated(serious)).isSameAs(serious);
        assertThat(RedisErrors.translated(new IllegalStateException("password=secret")))
                .isInstanceOfSatisfying(BackendUnavailableException.class, error -> {
                    assertThat(error.reason()).isEqualTo(Reason.PROTOCOL);
                    assertThat(error.getMessage()).doesNotContain("secret");
                });
    }

    @Test
    @DisplayName("A long text of a server is cut")
    void longTextsAreCut() {
        assertThat(RedisErrors.translated(new RedisErrorReply("ERR " + "x".repeat(10_000))))
                .satisfies(error -> assertThat(error.getMessage()).hasSizeLessThan(300));
    }
}
