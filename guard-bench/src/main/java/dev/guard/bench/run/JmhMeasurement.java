package dev.guard.bench.run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** One fork of a JMH benchmark. */
public final class JmhMeasurement implements Measurement {

    private final Class<?> benchmarks;
    private final String method;
    private final int threads;
    private final List<String> params = new ArrayList<>();

    /**
     * A fork of that benchmark method.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public JmhMeasurement(Class<?> benchmarks, String method, int threads) {
        if (Arrays.stream(benchmarks.getMethods())
                .noneMatch(each -> each.getName().equals(method) && each.isAnnotationPresent(Benchmark.class))) {
            throw new IllegalArgumentException(benchmarks.getSimpleName() + " has no benchmark " + method);
        }
        this.benchmarks = benchmarks;
        this.method = method;
        this.threads = threads;
    }

    /** Sets a parameter of the benchmark. */
    public JmhMeasurement with(String name, String value) {
        params.add(name);
        params.add(value);
        return this;
    }

    @Override
    public Map<Metric, Double> measure(Effort effort) {
        TimeValue iteration = TimeValue.milliseconds(effort.iterationMillis());
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^" + Pattern.quote(benchmarks.getName() + "." + method) + "$")
                .mode(Mode.AverageTime)
                .threads(threads)
                .forks(1)
                .warmupIterations(effort.iterations())
                .warmupTime(iteration)
                .measurementIterations(effort.iterations())
                .measurementTime(iteration)
                .addProfiler(GCProfiler.class)
                .addProfiler(CpuTimeProfiler.class)
                .jvmArgs("-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch")
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT);
        for (int i = 0; i < params.size(); i += 2) {
            options.param(params.get(i), params.get(i + 1));
        }
        try {
            return numbers(new Runner(options.build()).run());
        } catch (RunnerException e) {
            throw new IllegalStateException(benchmarks.getSimpleName() + "." + method + " failed", e);
        }
    }

    private Map<Metric, Double> numbers(Collection<RunResult> results) {
        if (results.size() != 1) {
            throw new IllegalStateException(
                    benchmarks.getSimpleName() + "." + method + " gave " + results.size() + " results, expected one");
        }
        RunResult result = results.iterator().next();
        Map<Metric, Double> numbers = new EnumMap<>(Metric.class);
        numbers.put(Metric.TIME, result.getPrimaryResult().getScore());
        numbers.put(Metric.CPU, secondary(result, CpuTimeProfiler.NAME));
        numbers.put(Metric.ALLOCATED, secondary(result, "gc.alloc.rate.norm"));
        return numbers;
    }

    private static double secondary(RunResult result, String name) {
        Result<?> secondary = result.getSecondaryResults().get(name);
        return secondary == null ? Double.NaN : secondary.getScore();
    }
}
