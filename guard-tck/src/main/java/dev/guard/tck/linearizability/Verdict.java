package dev.guard.tck.linearizability;

import java.util.List;

/**
 * What the checker found.
 *
 * @param <C> the calls
 * @param <A> the answers
 */
public sealed interface Verdict<C, A> {

    /**
     * The history is linearizable.
     *
     * @param order an order that explains every answer: all answered calls, and those of the others that took effect
     */
    record Linearizable<C, A>(List<Operation<C, A>> order) implements Verdict<C, A> {}

    /**
     * The history is not linearizable.
     *
     * @param inexplicable the call with whose answer, in the order in which answers came, no order explained the history any more
     * @param explained an order that explains what was known before: calls whose answer came later are in it without their
     *     answer, if they are in it at all
     */
    record NotLinearizable<C, A>(Operation<C, A> inexplicable, List<Operation<C, A>> explained)
            implements Verdict<C, A> {}
}
