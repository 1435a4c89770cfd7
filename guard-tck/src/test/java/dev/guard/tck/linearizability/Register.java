package dev.guard.tck.linearizability;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Objects that everybody knows, to try the checker on. */
final class Register {

    /** A call on a register of a whole number: to read it, or to write it. */
    sealed interface Call {}

    /** Answered with the number. */
    record Read() implements Call {}

    /** Answered with the number that is written. */
    record Write(int value) implements Call {}

    /** Adds one, and is answered with what was there before. */
    record Increment() implements Call {}

    /** Draws any number below {@code bound}, sets it, and is answered with 0: one call of several outcomes. */
    record Roll(int bound) implements Call {}

    static final SequentialModel<Integer, Call, Integer> MODEL = Register::after;

    private Register() {}

    private static List<Integer> after(Integer state, Call call, @Nullable Integer answer) {
        if (call instanceof Write write) {
            return answer == null || answer == write.value() ? List.of(write.value()) : List.of();
        }
        if (call instanceof Roll roll) {
            return answer == null || answer == 0
                    ? java.util.stream.IntStream.range(0, roll.bound()).boxed().toList()
                    : List.of();
        }
        boolean possible = answer == null || answer.equals(state);
        if (call instanceof Increment) {
            return possible ? List.of(state + 1) : List.of();
        }
        return possible ? List.of(state) : List.of();
    }
}
