package dev.guard.bench.run;

import java.util.List;
import java.util.Optional;

/**
 * A piece of work that several contestants do in the same run.
 *
 * @param id as in {@code P1}, with a letter where a bar has several conditions
 * @param metrics what is printed of it, the one that is compared first
 * @param repeats in how many rounds it takes part
 */
public record WorkItem(
        String id, String title, List<Metric> metrics, Repeats repeats, List<Contestant> contestants, List<Bar> bars) {

    /** The contestant that stands for the limit, if the work has one. */
    public Optional<Contestant> limit() {
        return contestants.stream()
                .filter(contestant -> contestant.role() == Contestant.Role.LIMIT)
                .findFirst();
    }
}
