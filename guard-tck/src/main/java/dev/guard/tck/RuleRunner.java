package dev.guard.tck;

import dev.guard.tck.Conformance.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import net.jqwik.api.AfterFailureMode;
import net.jqwik.api.lifecycle.AroundContainerHook;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.ContainerLifecycleContext;
import net.jqwik.api.lifecycle.PropagationMode;
import net.jqwik.api.lifecycle.PropertyAttributes;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;
import org.jspecify.annotations.Nullable;
import org.opentest4j.AssertionFailedError;

/**
 * Runs each rule as the settings say, tells what its failure means, minds the exclusions, and writes down what came of it.
 * jqwik makes it for every contract.
 */
final class RuleRunner implements AroundPropertyHook, AroundContainerHook {

    private static final Map<Class<?>, Conformance> RUNNING = new ConcurrentHashMap<>();

    @Override
    public PropagationMode propagateTo() {
        return PropagationMode.ALL_DESCENDANTS;
    }

    /** Outermost, so that what comes out of here is what is reported. */
    @Override
    public int aroundPropertyProximity() {
        return -100;
    }

    @Override
    public void beforeContainer(ContainerLifecycleContext context) {
        test(context.optionalContainerClass()).ifPresent(test -> RUNNING.put(test, new Conformance(test)));
    }

    @Override
    public void afterContainer(ContainerLifecycleContext context) {
        test(context.optionalContainerClass()).map(RUNNING::remove).ifPresent(conformance -> {
            Path folder = TckSettings.reports();
            context.reporter().publishValue("guard-tck", "\n\n" + conformance.summary() + "\nWritten to " + folder);
            try {
                conformance.write(folder);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write the conformance report", e);
            }
        });
    }

    private static Optional<Class<?>> test(Optional<Class<?>> container) {
        return container.filter(BackendContract.class::isAssignableFrom);
    }

    @Override
    public PropertyExecutionResult aroundProperty(PropertyLifecycleContext context, PropertyExecutor property) {
        if (!RuleMethod.isRule(context.targetMethod())) {
            return property.execute();
        }
        RuleMethod rule = RuleMethod.of(context.targetMethod());
        Class<?> test = context.containerClass();
        apply(context.attributes());
        PropertyExecutionResult result = property.execute();
        boolean passed = result.status() == PropertyExecutionResult.Status.SUCCESSFUL;
        String excluded =
                Exclusions.of(test).reason(rule.number(), rule.method()).orElse(null);
        if (excluded != null && !rule.number().equals(Rule.A0.name())) {
            return passed ? failed(rule, test, result, stale(rule, excluded)) : excluded(rule, test, result, excluded);
        }
        if (!passed) {
            return failed(rule, test, result, message(rule, test, context.targetMethod(), result));
        }
        note(test, rule, Result.PASSED, null);
        return result;
    }

    /** Depth and seed, as they were set. */
    private static void apply(PropertyAttributes attributes) {
        attributes.tries().filter(tries -> tries > 1).ifPresent(tries -> attributes.setTries(times(tries)));
        TckSettings.seed().ifPresent(seed -> {
            attributes.setSeed(seed);
            attributes.setAfterFailure(AfterFailureMode.RANDOM_SEED);
        });
    }

    private static int times(int tries) {
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, tries * TckSettings.depth()));
    }

    private static PropertyExecutionResult failed(
            RuleMethod rule, Class<?> test, PropertyExecutionResult result, String message) {
        note(test, rule, Result.FAILED, null);
        Throwable cause = result.throwable().orElse(null);
        AssertionFailedError error = new AssertionFailedError(message, cause);
        if (cause != null) {
            error.setStackTrace(cause.getStackTrace());
        }
        return result.mapTo(PropertyExecutionResult.Status.FAILED, error);
    }

    private static PropertyExecutionResult excluded(
            RuleMethod rule, Class<?> test, PropertyExecutionResult result, String reason) {
        note(test, rule, Result.EXCLUDED, reason);
        return result.mapToSuccessful();
    }

    private static void note(Class<?> test, RuleMethod rule, Result result, @Nullable String note) {
        Conformance conformance = RUNNING.get(test);
        if (conformance != null) {
            conformance.note(rule, result, note);
        }
    }

    private static String stale(RuleMethod rule, String reason) {
        return rule.label() + "\n\n" + Exclusions.FILE + " excludes it (" + reason + "), but the backend keeps it.\n"
                + "Remove the line; if it excludes several methods of the rule, name those that fail, as "
                + rule.number()
                + "/" + rule.method() + ".";
    }

    private static String message(RuleMethod rule, Class<?> test, Method method, PropertyExecutionResult result) {
        Rule of = Rule.valueOf(rule.number());
        String wrong = result.throwable()
                .map(error -> error instanceof AssertionError && error.getMessage() != null
                        ? error.getMessage()
                        : error.toString())
                .orElse("the rule was not run to its end");
        String seed = result.seed().filter(text -> !text.isBlank()).orElse("");
        return rule.label()
                + "\n\nWhat it means:\n  " + of.meaning()
                + "\nWhy it matters:\n  " + of.reason()
                + "\n" + wrong
                + (seed.isEmpty()
                        ? ""
                        : "\nTo run it again:\n  -D" + TckSettings.SEED + "=" + seed + ", with the test "
                                + test.getName() + "#" + method.getName())
                + "\n";
    }
}
