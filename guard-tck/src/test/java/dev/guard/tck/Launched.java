package dev.guard.tck;

import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** A test class that was run as a build runs it, and what was reported of it. */
final class Launched implements TestExecutionListener {

    private final Map<String, Optional<String>> tests = new LinkedHashMap<>();
    private int skipped;

    private Launched() {}

    /** Runs all rules of a test class. */
    static Launched of(Class<?> test) {
        return of(DiscoverySelectors.selectClass(test));
    }

    /** Runs one rule of a test class. */
    static Launched of(Class<?> test, String method) {
        for (Method rule : test.getMethods()) {
            if (rule.getName().equals(method)) {
                return of(DiscoverySelectors.selectMethod(test, rule));
            }
        }
        throw new AssertionError(test + " has no rule " + method);
    }

    private static Launched of(DiscoverySelector what) {
        Launched launched = new Launched();
        LauncherFactory.create(LauncherConfig.builder()
                        .enableTestExecutionListenerAutoRegistration(false)
                        .build())
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(what)
                                .configurationParameter("jqwik.database", "")
                                .configurationParameter("jqwik.reporting.usejunitplatform", "true")
                                .build(),
                        launched);
        return launched;
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        skipped++;
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (test.isTest() || result.getStatus() != TestExecutionResult.Status.SUCCESSFUL) {
            tests.put(test.getDisplayName(), result.getThrowable().map(Throwable::getMessage));
        }
    }

    /** The messages of the tests that failed, by their names; empty for those that passed. */
    Map<String, Optional<String>> tests() {
        return tests;
    }

    int skipped() {
        return skipped;
    }

    /** What was said of a test that failed. */
    String said(String test) {
        return tests.get(test).orElseThrow(() -> new AssertionError(test + " passed"));
    }
}
