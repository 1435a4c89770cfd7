package dev.guard.tck.saboteur;

import dev.guard.tck.TckSettings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs the kit against a backend in this process, as a build would, and says which rules fell. */
final class Court {

    /**
     * The seed of every run, unless {@value TckSettings#SEED} names another: a saboteur that is caught today is caught
     * tomorrow. How likely a rule is to catch it is seen by running with others.
     */
    private static final String SEED = "20260228";

    private Court() {}

    /**
     * What came of it.
     *
     * @param held the sentences of the rules that were kept
     * @param fallen what was said of the rules that were not, by their sentences
     */
    record Verdict(Set<String> held, Map<String, String> fallen) {

        /** The numbers of the rules that were not kept. */
        Set<String> fallenRules() {
            Set<String> rules = new TreeSet<>();
            fallen.keySet().forEach(sentence -> rules.add(rule(sentence)));
            return rules;
        }

        /** All that was said of the rules of a number that were not kept. */
        String said(String rule) {
            StringBuilder said = new StringBuilder();
            fallen.forEach((sentence, message) -> {
                if (rule(sentence).equals(rule)) {
                    said.append(message).append('\n');
                }
            });
            return said.toString();
        }
    }

    /** The number that a rule's sentence begins with. */
    static String rule(String sentence) {
        return sentence.split(" ", 2)[0];
    }

    /** Runs the rules whose sentences are asked for. What they say is not made short: that there is something is enough. */
    static Verdict run(Saboteur.Maker accused, Predicate<String> rules) {
        return run(accused, rules, "OFF");
    }

    /** Runs all rules, and lets them look for the shortest history that they fall over, as they do for people. */
    static Verdict hear(Saboteur.Maker accused) {
        return run(accused, sentence -> true, "BOUNDED");
    }

    private static Verdict run(Saboteur.Maker accused, Predicate<String> rules, String shrinking) {
        Accused.is(accused);
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClass(Accused.class))
                .filters((PostDiscoveryFilter) descriptor ->
                        FilterResult.includedIf(isContainer(descriptor) || rules.test(descriptor.getDisplayName())))
                // What an earlier run found must not help this one.
                .configurationParameter("jqwik.database", "")
                .configurationParameter("jqwik.shrinking.default", shrinking)
                .configurationParameter("jqwik.reporting.usejunitplatform", "true")
                .configurationParameter("jqwik.tries.default", System.getProperty("guard.test.tries", "200"))
                .build();
        Listener listener = new Listener();
        String asked = System.getProperty(TckSettings.SEED);
        System.setProperty(TckSettings.SEED, asked == null ? SEED : asked);
        try {
            launch(request, listener);
        } finally {
            restore(asked);
        }
        return new Verdict(listener.held, listener.fallen);
    }

    private static void launch(LauncherDiscoveryRequest request, Listener listener) {
        LauncherFactory.create(LauncherConfig.builder()
                        .enableTestExecutionListenerAutoRegistration(false)
                        .build())
                .execute(request, listener);
    }

    private static void restore(@Nullable String seed) {
        if (seed == null) {
            System.clearProperty(TckSettings.SEED);
        } else {
            System.setProperty(TckSettings.SEED, seed);
        }
    }

    private static boolean isContainer(TestDescriptor descriptor) {
        return !descriptor.isTest();
    }

    private static final class Listener implements TestExecutionListener {
        private final Set<String> held = new TreeSet<>();
        private final Map<String, String> fallen = new TreeMap<>();

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            result.getThrowable().ifPresent(thrown -> fallen.put(test.getDisplayName(), told(thrown)));
            if (test.isTest() && result.getThrowable().isEmpty()) {
                held.add(test.getDisplayName());
            }
        }

        /** What a rule says; of an error that is none of its own, where it comes from as well. */
        private static String told(Throwable thrown) {
            if (thrown instanceof AssertionError) {
                return String.valueOf(thrown.getMessage());
            }
            StringWriter trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace));
            return trace.toString();
        }
    }
}
