package dev.guard.bench.run;

import java.util.List;
import java.util.Optional;

/**
 * A piece of work that several contestants do in the same run.
 *
 * @param id as in {@code P1}, with a letter where a bar has several conditions
 * @param metrics what is printed of it, the one that is compared first
 * @param once whether every round would give the same, so that one is enough
 */
public record WorkItem(
        String id, String title, List<Metric> metrics, boolean once, List<Contestant> contestants, List<Bar> bars) {

    /** The contestant that stands for the limit, if the work has one. */
    public Optional<Contestant> limit() {
        return contestants.stream()
                .filter(contestant -> contestant.role() == Contestant.Role.LIMIT)
                .findFirst();
    }
}
