package dev.guard.bench.run;

import java.util.List;
import java.util.Optional;

/**
 * A piece of work that several contestants do in the same run.
 *
 * @param id as in {@code P1}, with a letter where a bar has several conditions
 * @param metrics what is printed of it, the one that is compared first
 * @param mostRounds how many rounds are enough, 1 where each would give the same; {@link #ALL} for those of the run
 */
public record WorkItem(
        String id, String title, List<Metric> metrics, int mostRounds, List<Contestant> contestants, List<Bar> bars) {

    /** As many rounds as the run has. */
    public static final int ALL = Integer.MAX_VALUE;

    /** The contestant that stands for the limit, if the work has one. */
    public Optional<Contestant> limit() {
        return contestants.stream()
                .filter(contestant -> contestant.role() == Contestant.Role.LIMIT)
                .findFirst();
    }
}
