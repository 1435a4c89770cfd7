package dev.guard.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.Carry;
import dev.guard.domain.CorruptStateException;
import dev.guard.domain.Deadline;
import dev.guard.domain.DecisionSource;
import dev.guard.domain.FailureMode;
import dev.guard.domain.Key;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation.Acquire;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("On the wire")
class WireTest {

    private static final DecisionSource SOURCE =
            DecisionSource.of(HazelcastBackend.NAME, FailureMode.STRICT_DISTRIBUTED);

    private static final Policy POLICY = Policy.builder("p\ud800:\u00e9")
            .version(7)
            .limit(Limit.parse("5/1m burst 9").maxDebt(4).named("first"))
            .limit(Limit.parse("5000/week@Europe/Berlin from sunday").inShadow())
            .limit(Limit.parse("3/10s log"))
            .limit(Limit.parse("concurrent 2 lease 30s"))
            .limit(Limit.parse("0/1h fixed aligned"))
            .carry(Carry.PROPORTIONAL)
            .blockOnExcess(Duration.ofMinutes(3))
            .inShadow()
            .build();

    @Test
    @DisplayName("a policy arrives as it was sent")
    void policies() {
        assertThat(PolicyCodec.decode(PolicyCodec.encode(POLICY))).isEqualTo(POLICY);
        Policy plain = Policy.of("api", Limit.parse("10/1s"));
        assertThat(PolicyCodec.decode(PolicyCodec.encode(plain))).isEqualTo(plain);
        for (Carry carry : Carry.values()) {
            Policy carried = Policy.builder("api")
                    .limit(Limit.parse("10/1s sliding"))
                    .carry(carry)
                    .build();
            assertThat(PolicyCodec.decode(PolicyCodec.encode(carried))).isEqualTo(carried);
        }
    }

    private static byte[] command() {
        SentPolicy sent = SentPolicy.of(POLICY, SOURCE);
        Acquire acquire = new Acquire(Key.of(POLICY.name(), "s"), POLICY, 3, "id", Deadline.NONE);
        return new Command(List.of(new Asked(acquire, sent, 99)), 2, ClusterTime.NOT_INJECTED).encode();
    }

    @Test
    @DisplayName("a command arrives as it was sent, but for its key, which the entry knows")
    void commands() {
        Command command = Command.decode(command(), SentPolicy::of);
        assertThat(command.quorum()).isEqualTo(2);
        assertThat(command.injectedMicros()).isEqualTo(ClusterTime.NOT_INJECTED);
        assertThat(command.asked()).hasSize(1);
        assertThat(command.asked().get(0).deadline()).isEqualTo(99);
        assertThat(command.asked().get(0).operation())
                .isEqualTo(new Acquire(Key.of(POLICY.name(), ""), POLICY, 3, "id", Deadline.NONE));
    }

    @Test
    @DisplayName("a command of another release is not understood, and one that was cut neither")
    void notUnderstood() {
        byte[] other = command();
        other[0] = 2;
        assertThatThrownBy(() -> Command.decode(other, SentPolicy::of))
                .isInstanceOf(WireException.class)
                .hasMessageContaining("a command of format 2, expected 1");
        byte[] whole = command();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> Command.decode(cut, SentPolicy::of)).isInstanceOf(WireException.class);
        }
        byte[] longer = Arrays.copyOf(whole, whole.length + 1);
        assertThatThrownBy(() -> Command.decode(longer, SentPolicy::of)).isInstanceOf(WireException.class);
    }

    @Test
    @DisplayName("no bytes make a member throw anything but that it does not understand them")
    void noise() {
        byte[] whole = command();
        for (int at = 0; at < whole.length; at++) {
            for (int value : new int[] {0, 1, 0x7f, 0x80, 0xff}) {
                byte[] noisy = whole.clone();
                noisy[at] = (byte) value;
                try {
                    Command.decode(noisy, SentPolicy::of);
                } catch (WireException e) {
                    assertThat(e).hasMessageNotContaining("null");
                }
            }
        }
    }

    @Test
    @DisplayName("what a member answers instead of judging is guard's own error to the caller")
    void answers() {
        assertThatThrownBy(() -> Reply.decode(Reply.corrupt("odd"), List.of()))
                .isInstanceOf(CorruptStateException.class)
                .hasMessage("odd");
        refused(Reply.split(1, 2), Reason.SPLIT, "1 of the cluster's members are left, expected 2 or more");
        refused(Reply.withoutBackup(), Reason.SPLIT, "no other member has a backup of the key");
        refused(Reply.notUnderstood("format 9"), Reason.MISCONFIGURED, "format 9");
        refused(Reply.failed(new IllegalStateException("bug")), Reason.PROTOCOL, "IllegalStateException: bug");
    }

    @ParameterizedTest(name = "an answer that begins with {0} is not understood")
    @ValueSource(ints = {0, 6, 255})
    void odd(int first) {
        refused(new byte[] {(byte) first}, Reason.PROTOCOL, "the member's answer is not understood");
    }

    private static void refused(byte[] bytes, Reason reason, String words) {
        assertThatThrownBy(() -> Reply.decode(bytes, List.of()))
                .isInstanceOfSatisfying(
                        BackendUnavailableException.class,
                        e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessageContaining(words);
    }
}
