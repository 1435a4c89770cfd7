package dev.guard.tck.linearizability;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * What an object does when it is asked one call at a time.
 *
 * @param <S> the states of the object; immutable, and equal where they cannot be told apart
 * @param <C> the calls
 * @param <A> the answers, or what was seen of them
 */
@FunctionalInterface
public interface SequentialModel<S, C, A> {

    /**
     * The states that {@code call} may leave behind when it is made in {@code state} and is answered with {@code answer}. None
     * where it is never answered so; several where the answer does not tell, or the object is free to choose.
     *
     * @param answer what was answered; null where nobody knows
     */
    Collection<S> after(S state, C call, @Nullable A answer);
}
