package dev.guard.bench.run;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Measures work items in rounds. In every round every contestant has its turn, those of one item one after the other, and
 * each round begins with another one: what else the machine does at some time meets all of them.
 */
public final class Rounds {

    private final Effort effort;
    private final PrintStream progress;

    public Rounds(Effort effort, PrintStream progress) {
        this.effort = effort;
        this.progress = progress;
    }

    public Results run(List<WorkItem> items) {
        Results results = new Results();
        for (int round = 0; round < effort.rounds(); round++) {
            for (WorkItem item : items) {
                if (round >= effort.rounds(item.repeats())) {
                    continue;
                }
                progress.printf(
                        "round %d of %d: %s %s%n", round + 1, effort.rounds(item.repeats()), item.id(), item.title());
                List<Contestant> order = new ArrayList<>(contestants(item));
                Collections.rotate(order, -round);
                for (Contestant contestant : order) {
                    results.add(item, contestant, contestant.measurement().measure(effort));
                }
            }
        }
        return results;
    }

    /** The contestants that take part at this effort. */
    public List<Contestant> contestants(WorkItem item) {
        return item.contestants().stream()
                .filter(contestant -> contestant.inQuick() || !effort.quick())
                .toList();
    }
}
