package dev.guard.domain.counter;

import dev.guard.domain.Algorithm;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitNumbers;

/**
 * One limit's part of a key's state: the numbers that it was counted in, and what it remembers. The numbers are there
 * for conversion, and for what gives back; an operation that counts brings its own.
 *
 * @param numbers the numbers of the version that wrote the state
 * @param shadow whether that version only reported the limit
 * @param state what the limit remembers, as of the state's time
 */
public record LimitSlot(LimitNumbers numbers, boolean shadow, LimitState state) {

    static LimitSlot initial(Limit limit) {
        LimitNumbers numbers = limit.numbers();
        return new LimitSlot(
                numbers,
                limit.isShadow(),
                CounterAlgorithm.of(numbers.algorithm()).initial(numbers));
    }

    /** The slot with that state; itself where the state is the very one that it has, as most steps change few limits. */
    @SuppressWarnings("ReferenceEquality")
    LimitSlot with(LimitState state) {
        return state == this.state ? this : new LimitSlot(numbers, shadow, state);
    }

    LimitSlot advanced(long last, long now) {
        return with(algorithm().advance(numbers, state, last, now));
    }

    LimitSlot initialised() {
        return with(algorithm().initial(numbers));
    }

    /** The slot after {@code cost} was charged, as far as the largest debt allows it. */
    LimitSlot charged(long now, long cost) {
        long chargeable = Math.min(cost, available(now) + numbers.maxDebt());
        return chargeable <= 0 ? this : with(algorithm().charge(numbers, state, now, chargeable));
    }

    /** The slot after {@code cost} was charged to {@code holder}, who keeps concurrent slots until the holder's end. */
    LimitSlot chargedTo(Holder holder, long now, long cost) {
        return isConcurrent()
                ? with(ConcurrentSlots.held(state, holder.id(), cost, holder.end(now, numbers.period())))
                : charged(now, cost);
    }

    /** The slot after {@code cost}, charged at {@code time}, was given back, if it may still be counted. */
    LimitSlot refunded(long now, long time, long cost) {
        return now < countedUntil(time) ? with(algorithm().refunded(numbers, state, now, time, cost)) : this;
    }

    LimitSlot released(String id) {
        return holds(id) ? with(ConcurrentSlots.released(state, id)) : this;
    }

    LimitSlot extended(String id, long now) {
        return holds(id) ? with(ConcurrentSlots.extended(state, id, now + numbers.period())) : this;
    }

    boolean holds(String id) {
        return isConcurrent() && ConcurrentSlots.holds(state, id);
    }

    boolean isConcurrent() {
        return numbers.algorithm() == Algorithm.CONCURRENT;
    }

    boolean isInitial() {
        return state.equals(algorithm().initial(numbers));
    }

    long countedUntil(long time) {
        return algorithm().countedUntil(numbers, time);
    }

    long available(long now) {
        return algorithm().available(numbers, state, now);
    }

    boolean admits(long now, long cost) {
        return cost <= available(now);
    }

    long retryAfter(long now, long cost) {
        return algorithm().retryAfter(numbers, state, now, cost);
    }

    long resetAfter(long now) {
        return algorithm().resetAfter(numbers, state, now);
    }

    long remaining(long now) {
        return algorithm().remaining(numbers, state, now);
    }

    long nextAfter(long now) {
        return algorithm().nextAfter(numbers, state, now);
    }

    CounterAlgorithm algorithm() {
        return CounterAlgorithm.of(numbers.algorithm());
    }
}
