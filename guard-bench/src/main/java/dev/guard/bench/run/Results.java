package dev.guard.bench.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the rounds of a run gave. */
public final class Results {

    private final Map<String, List<Map<Metric, Double>>> rounds = new LinkedHashMap<>();

    void add(WorkItem item, Contestant contestant, Map<Metric, Double> numbers) {
        rounds.computeIfAbsent(key(item, contestant.name()), unknown -> new ArrayList<>())
                .add(numbers);
    }

    /** Each round's number of a contestant, in order; empty where it did not take part or has no such number. */
    public List<Double> each(WorkItem item, String contestant, Metric metric) {
        return rounds.getOrDefault(key(item, contestant), List.of()).stream()
                .flatMap(numbers -> Optional.ofNullable(numbers.get(metric)).stream())
                .toList();
    }

    /** The median over the rounds. */
    public Optional<Double> median(WorkItem item, String contestant, Metric metric) {
        return median(each(item, contestant, metric));
    }

    /** Each round's ratio of two contestants, who were measured within a minute of each other. */
    public List<Double> ratios(WorkItem item, String contestant, String than, Metric metric) {
        List<Double> numbers = each(item, contestant, metric);
        List<Double> others = each(item, than, metric);
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < Math.min(numbers.size(), others.size()); i++) {
            ratios.add(numbers.get(i) / others.get(i));
        }
        return ratios;
    }

    /** What a bar speaks of: the median of the ratios, or of the numbers. */
    public Optional<Double> measured(WorkItem item, Bar bar) {
        return median(
                bar.than() == null
                        ? each(item, bar.contestant(), bar.metric())
                        : ratios(item, bar.contestant(), bar.than(), bar.metric()));
    }

    /** The median; empty of nothing. */
    public static Optional<Double> median(List<Double> numbers) {
        if (numbers.isEmpty()) {
            return Optional.empty();
        }
        List<Double> sorted = numbers.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return Optional.of(
                sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2);
    }

    private static String key(WorkItem item, String contestant) {
        return item.id() + "/" + contestant;
    }
}
