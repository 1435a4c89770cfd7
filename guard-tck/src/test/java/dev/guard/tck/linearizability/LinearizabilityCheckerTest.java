package dev.guard.tck.linearizability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.tck.linearizability.Register.Call;
import dev.guard.tck.linearizability.Register.Increment;
import dev.guard.tck.linearizability.Register.Read;
import dev.guard.tck.linearizability.Register.Roll;
import dev.guard.tck.linearizability.Register.Write;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LinearizabilityCheckerTest {

    @Test
    @DisplayName("an empty history is linearizable")
    void empty() {
        assertThat(orderOf(List.of())).isEmpty();
    }

    @Test
    @DisplayName("a read that overlaps a write may see the old value or the new one")
    void overlapping() {
        Operation<Call, Integer> write = op(1, new Write(7), 7, 1, 4);
        Operation<Call, Integer> readsOld = op(2, new Read(), 0, 2, 3);
        Operation<Call, Integer> readsNew = op(2, new Read(), 7, 2, 3);

        assertThat(orderOf(List.of(write, readsOld))).containsExactly(readsOld, write);
        assertThat(orderOf(List.of(write, readsNew))).containsExactly(write, readsNew);
    }

    @Test
    @DisplayName("a read after a write has ended does not see the old value")
    void stale() {
        Operation<Call, Integer> write = op(1, new Write(7), 7, 1, 2);
        Operation<Call, Integer> read = op(2, new Read(), 0, 3, 4);

        assertThat(firstInexplicable(List.of(write, read))).isEqualTo(read);
    }

    @Test
    @DisplayName("calls that start in the very moment of another's answer overlap it")
    void sameMoment() {
        Operation<Call, Integer> write = op(1, new Write(7), 7, 1, 2);
        Operation<Call, Integer> read = op(2, new Read(), 0, 2, 3);

        assertThat(orderOf(List.of(write, read))).containsExactly(read, write);
    }

    @Test
    @DisplayName("two reads, one after the other, do not see a write come and go")
    void newThenOld() {
        Operation<Call, Integer> write = op(1, new Write(7), 7, 1, 6);
        Operation<Call, Integer> first = op(2, new Read(), 7, 2, 3);
        Operation<Call, Integer> second = op(2, new Read(), 0, 4, 5);

        assertThat(firstInexplicable(List.of(write, first, second))).isEqualTo(second);
    }

    @Test
    @DisplayName("two overlapping increments that found the same number lost an update")
    void lostUpdate() {
        Operation<Call, Integer> first = op(1, new Increment(), 0, 1, 3);
        Operation<Call, Integer> second = op(2, new Increment(), 0, 2, 4);

        assertThat(check(List.of(first, second))).isEqualTo(new Verdict.NotLinearizable<>(second, List.of(first)));
    }

    @Test
    @DisplayName("the failure names the first answer that nothing explains, and an order of all before it")
    void firstOfSeveral() {
        Operation<Call, Integer> written = op(1, new Write(1), 1, 1, 2);
        Operation<Call, Integer> rightRead = op(2, new Read(), 1, 3, 4);
        Operation<Call, Integer> wrongRead = op(1, new Read(), 5, 5, 8);
        Operation<Call, Integer> wrongToo = op(2, new Read(), 6, 6, 7);

        Verdict<Call, Integer> verdict = check(List.of(written, rightRead, wrongRead, wrongToo));

        assertThat(verdict).isEqualTo(new Verdict.NotLinearizable<>(wrongToo, List.of(written, rightRead)));
    }

    @Test
    @DisplayName("a call without an answer may have taken effect long after it began")
    void unansweredLate() {
        Operation<Call, Integer> lost = op(1, new Write(7), null, 1, Operation.NEVER);
        Operation<Call, Integer> before = op(2, new Read(), 0, 2, 3);
        Operation<Call, Integer> after = op(2, new Read(), 7, 4, 5);

        assertThat(orderOf(List.of(lost, before, after))).containsExactly(before, lost, after);
    }

    @Test
    @DisplayName("a call without an answer may never have taken effect")
    void unansweredNever() {
        Operation<Call, Integer> lost = op(1, new Write(7), null, 1, Operation.NEVER);
        Operation<Call, Integer> read = op(2, new Read(), 0, 2, 3);

        assertThat(orderOf(List.of(lost, read))).containsExactly(read);
    }

    @Test
    @DisplayName("a call without an answer does not take effect before it began, nor twice")
    void unansweredWithinReason() {
        Operation<Call, Integer> early = op(2, new Read(), 1, 1, 2);
        Operation<Call, Integer> lost = op(1, new Increment(), null, 3, Operation.NEVER);
        Operation<Call, Integer> twice = op(2, new Read(), 2, 4, 5);

        assertThat(firstInexplicable(List.of(early, lost))).isEqualTo(early);
        assertThat(firstInexplicable(List.of(lost, twice))).isEqualTo(twice);
    }

    @Test
    @DisplayName("calls of one command keep their order, and others may come between them")
    void commands() {
        Operation<Call, Integer> first = new Operation<>(1, new Write(1), 1, 1, 4, 0);
        Operation<Call, Integer> second = new Operation<>(1, new Write(2), 2, 1, 4, 1);
        Operation<Call, Integer> between = op(2, new Read(), 1, 2, 3);
        Operation<Call, Integer> after = op(2, new Read(), 1, 5, 6);

        assertThat(orderOf(List.of(second, first, between))).containsExactly(first, between, second);
        assertThat(firstInexplicable(List.of(first, second, after))).isEqualTo(after);
    }

    @Test
    @DisplayName("of an unanswered command a beginning may have taken effect, and no more than one")
    void unansweredCommands() {
        Operation<Call, Integer> first = new Operation<>(1, new Write(1), null, 1, Operation.NEVER, 0);
        Operation<Call, Integer> second = new Operation<>(1, new Write(2), null, 1, Operation.NEVER, 1);
        Operation<Call, Integer> sees1 = op(2, new Read(), 1, 2, 3);
        Operation<Call, Integer> sees2 = op(2, new Read(), 2, 4, 5);
        Operation<Call, Integer> sees1Again = op(2, new Read(), 1, 6, 7);

        assertThat(orderOf(List.of(first, second, sees1, sees2))).containsExactly(first, sees1, second, sees2);
        assertThat(firstInexplicable(List.of(first, second, sees2, sees1Again))).isEqualTo(sees1Again);
    }

    @Test
    @DisplayName("of the states that a call may leave behind, any will do")
    void severalStates() {
        Operation<Call, Integer> roll = op(1, new Roll(6), 0, 1, 2);

        assertThat(orderOf(List.of(roll, op(2, new Read(), 5, 3, 4)))).hasSize(2);
        assertThat(orderOf(List.of(roll, op(2, new Read(), 0, 3, 4)))).hasSize(2);
        Operation<Call, Integer> seven = op(2, new Read(), 7, 3, 4);
        assertThat(firstInexplicable(List.of(roll, seven))).isEqualTo(seven);
    }

    @Test
    @DisplayName("four hundred increments by eight threads are checked in moments, whether right or wrong")
    void longHistories() {
        List<Operation<Call, Integer>> history = increments(8, 50);
        List<Operation<Call, Integer>> broken = new ArrayList<>(history);
        Operation<Call, Integer> last = broken.remove(broken.size() - 1);
        broken.add(op(last.thread(), last.call(), 0, last.start(), last.end()));

        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            assertThat(LinearizabilityChecker.check(Register.MODEL, 0, history))
                    .isInstanceOf(Verdict.Linearizable.class);
            assertThat(LinearizabilityChecker.check(Register.MODEL, 0, broken))
                    .isInstanceOf(Verdict.NotLinearizable.class);
        });
    }

    /** Rounds in which every thread increments, all at the same time, and the last to start is the first to take effect. */
    private static List<Operation<Call, Integer>> increments(int threads, int rounds) {
        List<Operation<Call, Integer>> history = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            for (int thread = 0; thread < threads; thread++) {
                int found = round * threads + (threads - 1 - thread);
                long start = 2L * round * threads + thread;
                history.add(op(thread, new Increment(), found, start, start + threads));
            }
        }
        return history;
    }

    @Test
    @DisplayName("the parts of a history are those of the objects, each in the order of the whole")
    void parts() {
        Operation<Call, Integer> a = op(1, new Write(1), 1, 1, 2);
        Operation<Call, Integer> b = op(1, new Write(2), 2, 3, 4);
        Operation<Call, Integer> c = op(1, new Write(3), 3, 5, 6);

        assertThat(Recorder.parts(List.of(a, b, c), call -> ((Write) call).value() % 2))
                .isEqualTo(Map.of(1, List.of(a, c), 0, List.of(b)));
    }

    @Test
    @DisplayName("a recorder notes calls, commands, and what was never answered")
    void recorder() {
        Recorder<String, Integer> recorder = new Recorder<>();
        long lost = recorder.start();
        long start = recorder.start();
        recorder.answered(1, List.of("a", "b"), List.of(1, 2), start);
        recorder.unanswered(2, List.of("c"), lost);
        recorder.answered(1, "d", 3, recorder.start());

        assertThat(recorder.history())
                .containsExactly(
                        new Operation<>(2, "c", null, 1, Operation.NEVER, 0),
                        new Operation<>(1, "a", 1, 2, 3, 0),
                        new Operation<>(1, "b", 2, 2, 3, 1),
                        new Operation<>(1, "d", 3, 4, 5, 0));
    }

    @Test
    @DisplayName("an answer comes after its call, and has a moment of its own")
    void operationsMakeSense() {
        assertThatThrownBy(() -> op(1, new Read(), 0, 2, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> op(1, new Read(), null, 1, 2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> op(1, new Read(), 0, 1, Operation.NEVER)).isInstanceOf(IllegalArgumentException.class);
    }

    private static Operation<Call, Integer> op(int thread, Call call, @Nullable Integer answer, long start, long end) {
        return new Operation<>(thread, call, answer, start, end, 0);
    }

    private static Verdict<Call, Integer> check(List<Operation<Call, Integer>> history) {
        return LinearizabilityChecker.check(Register.MODEL, 0, history);
    }

    private static List<Operation<Call, Integer>> orderOf(List<Operation<Call, Integer>> history) {
        return ((Verdict.Linearizable<Call, Integer>) check(history)).order();
    }

    private static Operation<Call, Integer> firstInexplicable(List<Operation<Call, Integer>> history) {
        return ((Verdict.NotLinearizable<Call, Integer>) check(history)).inexplicable();
    }
}
