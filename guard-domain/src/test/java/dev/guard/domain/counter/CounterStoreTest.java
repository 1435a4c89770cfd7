package dev.guard.domain.counter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Effect;
import dev.guard.domain.GuardClosedException;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Key;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Late;
import dev.guard.domain.Limit;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.domain.counter.CounterOperation.Reset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The defaults of a counter store")
class CounterStoreTest {

    private static final Policy POLICY = Policy.of("api", Limit.parse("3/1h fixed"));

    private final MapStore store = new MapStore();
    private final PolicyCounters counters = store.counters(POLICY);

    /** The least that a store must bring. */
    private static final class MapStore implements CounterStore {
        private final Map<Key, CounterState> states = new HashMap<>();
        private Throwable failure;
        private boolean late;

        @Override
        public CompletionStage<List<Outcome>> submit(List<? extends CounterOperation> operations) {
            if (failure != null) {
                return CompletableFuture.failedFuture(failure);
            }
            List<Outcome> outcomes = new ArrayList<>();
            for (CounterOperation operation : operations) {
                Step step = CounterModel.step(
                        states.getOrDefault(operation.key(), CounterState.ABSENT),
                        operation,
                        policy -> CompiledPolicy.of(policy, ModelKey.SOURCE),
                        0,
                        late ? -1 : Long.MAX_VALUE);
                states.put(operation.key(), step.state());
                outcomes.add(step.outcome());
            }
            return CompletableFuture.completedFuture(outcomes);
        }

        @Override
        public CompletionStage<KeyPage> submitList(String tenant, String policy, String cursor) {
            return failure == null
                    ? CompletableFuture.completedFuture(new KeyPage(List.copyOf(states.keySet()), Optional.empty()))
                    : CompletableFuture.failedFuture(failure);
        }
    }

    @Test
    @DisplayName("answer for one policy by way of commands, alike in the blocking and the asynchronous form")
    void policyCounters() {
        assertThat(counters.tryAcquire("t", "s", 1, Deadline.NONE).remaining()).isEqualTo(2);
        assertThat(counters.tryAcquireAsync("t", "s", 1, Deadline.NONE).toCompletableFuture())
                .isCompletedWithValueMatching(decision -> decision.remaining() == 1);
        assertThat(counters.peek("t", "s", 1, Deadline.NONE).remaining()).isEqualTo(1);
        assertThat(counters.peekAsync("t", "s", 1, Deadline.NONE).toCompletableFuture())
                .isCompletedWithValueMatching(decision -> decision.remaining() == 1);
        KeyCounter key = counters.key("t", "s");
        assertThat(key.tryAcquire(1, Deadline.NONE)).isTrue();
        assertThat(key.tryAcquire(1, Deadline.NONE)).isFalse();
        assertThat(key.decide(1, Deadline.NONE).allowed()).isFalse();
        assertThat(counters.tryAcquire("t2", "s", 3, Deadline.NONE).allowed()).isTrue();
        assertThatThrownBy(() -> counters.key("", "s")).isInstanceOf(InvalidArgumentException.class);
    }

    @Test
    @DisplayName("run a list as if one after another: what came before a denial stays charged")
    void lists() {
        Key key = POLICY.key("t", "s");
        List<Outcome> outcomes = store.execute(List.of(
                new Acquire(key, POLICY, 2, Deadline.NONE),
                new Acquire(key, POLICY, 2, Deadline.NONE),
                new Peek(key, POLICY, 1, Deadline.NONE),
                new Acquire(key, POLICY, 1, Deadline.NONE)));
        assertThat(outcomes)
                .extracting(outcome -> ((Decision) outcome).allowed())
                .containsExactly(true, false, true, true);
        assertThat(outcomes)
                .extracting(outcome -> ((Decision) outcome).remaining())
                .containsExactly(1L, 1L, 1L, 0L);
    }

    @Test
    @DisplayName("S13 reset the named key alone")
    void reset() {
        counters.tryAcquire("t", "s", 3, Deadline.NONE);
        counters.tryAcquire("t", "s2", 3, Deadline.NONE);
        List<Reset> command = List.of(new Reset(POLICY.key("t", "s"), Deadline.NONE));
        assertThat(store.execute(command)).containsExactly(Effect.APPLIED);
        assertThat(store.execute(command)).containsExactly(Effect.NOTHING);
        assertThat(counters.peek("t", "s", 1, Deadline.NONE).remaining()).isEqualTo(3);
        assertThat(counters.peek("t", "s2", 1, Deadline.NONE).remaining()).isZero();
    }

    @Test
    @DisplayName("list keys in the blocking form as in the asynchronous one")
    void listing() {
        counters.tryAcquire("t", "s", 1, Deadline.NONE);
        assertThat(store.list("t", "api", KeyPage.START).keys()).containsExactly(POLICY.key("t", "s"));
    }

    @Test
    @DisplayName("make a late call an error of its own reason")
    void late() {
        store.late = true;
        assertThat(store.execute(List.of(new Peek(POLICY.key("t", "s"), POLICY, 1, Deadline.NONE))))
                .containsExactly(new Late(0));
        assertThatThrownBy(() -> counters.tryAcquire("t", "s", 1, Deadline.NONE))
                .isInstanceOfSatisfying(
                        BackendUnavailableException.class,
                        e -> assertThat(e.reason()).isEqualTo(BackendUnavailableException.Reason.LATE))
                .hasMessage("the call reached the store after its deadline; nothing was charged");
    }

    @Test
    @DisplayName("let errors out of the blocking form as they are")
    void errors() {
        store.failure = new GuardClosedException("this backend");
        assertThatThrownBy(() -> counters.tryAcquire("t", "s", 1, Deadline.NONE))
                .isSameAs(store.failure);
        assertThatThrownBy(() -> store.list("t", "api", KeyPage.START)).isSameAs(store.failure);
        store.failure = new AssertionError("a bug");
        assertThatThrownBy(() -> counters.peek("t", "s", 1, Deadline.NONE)).isSameAs(store.failure);
        store.failure = new Exception("checked");
        assertThatThrownBy(() -> counters.peek("t", "s", 1, Deadline.NONE))
                .isInstanceOf(CompletionException.class)
                .hasCause(store.failure);
    }

    @Test
    @DisplayName("let errors out of the asynchronous form as they are, and throw none")
    void asynchronousErrors() {
        store.failure = new GuardClosedException("this backend");
        assertThat(errorOf(counters.tryAcquireAsync("t", "s", 1, Deadline.NONE)))
                .isSameAs(store.failure);
        assertThat(errorOf(counters.peekAsync("t", "s", 1, Deadline.NONE))).isSameAs(store.failure);
        store.failure = new CompletionException("wrapped", new GuardClosedException("this backend"));
        assertThat(errorOf(counters.peekAsync("t", "s", 1, Deadline.NONE))).isSameAs(store.failure.getCause());
        store.failure = new CompletionException("wrapped around nothing", null);
        assertThat(errorOf(counters.peekAsync("t", "s", 1, Deadline.NONE))).isSameAs(store.failure);
        store.failure = null;
        assertThat(errorOf(counters.tryAcquireAsync("t", "s", 0, Deadline.NONE)))
                .isInstanceOf(InvalidArgumentException.class);
        assertThat(errorOf(counters.peekAsync("", "s", 1, Deadline.NONE))).isInstanceOf(InvalidArgumentException.class);
        store.late = true;
        assertThat(errorOf(counters.tryAcquireAsync("t", "s", 1, Deadline.NONE)))
                .isInstanceOfSatisfying(
                        BackendUnavailableException.class,
                        e -> assertThat(e.reason()).isEqualTo(BackendUnavailableException.Reason.LATE));
    }

    /** The error that a stage hands to whoever waits for it, which a future's own methods would unwrap. */
    private static Throwable errorOf(CompletionStage<?> stage) {
        List<Throwable> errors = new ArrayList<>();
        stage.whenComplete((answer, error) -> errors.add(error));
        return errors.get(0);
    }

    @Test
    @DisplayName("refuse an operation whose key is of another policy")
    void foreignKeys() {
        Key foreign = Key.of("other", "s");
        assertThatThrownBy(() -> new Acquire(foreign, POLICY, 1, Deadline.NONE))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessage("the key is of policy 'other', expected one of policy 'api'");
        assertThatThrownBy(() -> new Peek(foreign, POLICY, 1, Deadline.NONE))
                .isInstanceOf(InvalidArgumentException.class);
    }
}
