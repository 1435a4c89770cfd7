package dev.guard.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.client.AuthenticationException;
import com.hazelcast.client.HazelcastClientNotActiveException;
import com.hazelcast.client.HazelcastClientOfflineException;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.core.HazelcastOverloadException;
import com.hazelcast.core.IndeterminateOperationStateException;
import com.hazelcast.core.LocalMemberResetException;
import com.hazelcast.core.MemberLeftException;
import com.hazelcast.core.OperationTimeoutException;
import com.hazelcast.map.ReachedMaxSizeException;
import com.hazelcast.nio.serialization.HazelcastSerializationException;
import com.hazelcast.partition.NoDataMemberInClusterException;
import com.hazelcast.spi.exception.PartitionMigratingException;
import com.hazelcast.spi.exception.RetryableHazelcastException;
import com.hazelcast.spi.exception.TargetDisconnectedException;
import com.hazelcast.spi.exception.TargetNotMemberException;
import com.hazelcast.splitbrainprotection.SplitBrainProtectionException;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.CorruptStateException;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Of the errors of Hazelcast")
class HazelcastErrorsTest {

    static Stream<Arguments> errors() {
        return Stream.of(
                Arguments.of(new OperationTimeoutException("late"), Reason.TIMEOUT),
                Arguments.of(new TimeoutException(), Reason.TIMEOUT),
                Arguments.of(new InterruptedException(), Reason.INTERRUPTED),
                Arguments.of(new IndeterminateOperationStateException("backup acks missed"), Reason.CONNECTION_LOST),
                Arguments.of(new MemberLeftException("gone"), Reason.CONNECTION_LOST),
                Arguments.of(new LocalMemberResetException("merging"), Reason.CONNECTION_LOST),
                Arguments.of(new TargetDisconnectedException("gone"), Reason.CONNECTION_LOST),
                Arguments.of(new IOException("reset"), Reason.CONNECTION_LOST),
                Arguments.of(new SplitBrainProtectionException("too few"), Reason.SPLIT),
                Arguments.of(new HazelcastInstanceNotActiveException("down"), Reason.CONNECT),
                Arguments.of(new HazelcastClientNotActiveException("down"), Reason.CONNECT),
                Arguments.of(new HazelcastClientOfflineException(), Reason.CONNECT),
                Arguments.of(new TargetNotMemberException("who"), Reason.TOPOLOGY),
                Arguments.of(new PartitionMigratingException(null, 1, "op", "map"), Reason.TOPOLOGY),
                Arguments.of(new RetryableHazelcastException("again"), Reason.TOPOLOGY),
                Arguments.of(new NoDataMemberInClusterException("lite"), Reason.TOPOLOGY),
                Arguments.of(new HazelcastOverloadException("full"), Reason.OVERLOADED),
                Arguments.of(new RejectedExecutionException(), Reason.OVERLOADED),
                Arguments.of(new AuthenticationException("who"), Reason.AUTH),
                Arguments.of(new SecurityException("no"), Reason.AUTH),
                Arguments.of(new ReachedMaxSizeException("full"), Reason.OUT_OF_MEMORY),
                Arguments.of(new HazelcastSerializationException("odd bytes"), Reason.PROTOCOL),
                Arguments.of(
                        new HazelcastSerializationException("No DataSerializerFactory registered for namespace: 1"),
                        Reason.MISCONFIGURED),
                Arguments.of(
                        new HazelcastSerializationException(new ClassNotFoundException("x")), Reason.MISCONFIGURED),
                Arguments.of(new HazelcastException(new NoClassDefFoundError("x")), Reason.MISCONFIGURED),
                Arguments.of(new HazelcastException("something else"), Reason.PROTOCOL));
    }

    @ParameterizedTest(name = "{0} is {1}, however it is wrapped")
    @MethodSource("errors")
    void reasons(Throwable error, Reason reason) {
        for (Throwable wrapped : new Throwable[] {
            error, new CompletionException(error), new ExecutionException(new CompletionException(error))
        }) {
            assertThat(HazelcastErrors.translated(wrapped))
                    .isInstanceOfSatisfying(
                            BackendUnavailableException.class,
                            translated -> assertThat(translated.reason()).isEqualTo(reason))
                    .hasCause(error);
        }
    }

    @Test
    @DisplayName("guard's own stay as they are, and those of the virtual machine")
    void own() {
        CorruptStateException corrupt = new CorruptStateException("odd");
        assertThat(HazelcastErrors.translated(new CompletionException(corrupt))).isSameAs(corrupt);
        OutOfMemoryError serious = new OutOfMemoryError();
        assertThat(HazelcastErrors.translated(serious)).isSameAs(serious);
    }

    @Test
    @DisplayName("long words are cut")
    void cut() {
        assertThat(HazelcastErrors.translated(new HazelcastException("x".repeat(10_000))))
                .message()
                .hasSizeLessThan(300);
    }
}
