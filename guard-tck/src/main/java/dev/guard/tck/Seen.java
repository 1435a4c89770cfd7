package dev.guard.tck;

import dev.guard.domain.Decision;
import dev.guard.domain.Outcome;
import dev.guard.domain.counter.CounterOperation.Judged;
import dev.guard.domain.counter.CounterOperation.Peek;

/** What a caller sees of an outcome: all of it, or only whether the call may pass. */
sealed interface Seen {

    /** Whether this is what a caller sees of {@code outcome}. Which backend it comes from is of no concern. */
    boolean isOf(Outcome outcome);

    /** The permits taken; 0 where the call was denied, or takes none. */
    long taken(Asked asked);

    /** All of it. */
    record Whole(Outcome outcome) implements Seen {
        @Override
        public boolean isOf(Outcome other) {
            return outcome.equals(other);
        }

        @Override
        public long taken(Asked asked) {
            boolean takes = !(asked.operation() instanceof Peek);
            return takes && outcome instanceof Decision decision && decision.allowed() ? decision.cost() : 0;
        }
    }

    /** Whether the call may pass. */
    record YesOrNo(boolean allowed) implements Seen {
        @Override
        public boolean isOf(Outcome outcome) {
            return outcome instanceof Decision decision && decision.allowed() == allowed;
        }

        @Override
        public long taken(Asked asked) {
            return allowed && asked.operation() instanceof Judged judged ? judged.cost() : 0;
        }
    }
}
