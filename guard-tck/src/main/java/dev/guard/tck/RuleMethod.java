package dev.guard.tck;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Label;

/**
 * A rule of the kit as a method that a test class inherits.
 *
 * @param number the number of the rule
 * @param method the method's name
 * @param sentence what it says, without the number
 * @param required whether every backend of the port keeps it, or only those that say so
 */
record RuleMethod(String number, String method, String sentence, boolean required) {

    /** The rule that a method is, as its label says. */
    static RuleMethod of(Method method) {
        Label label = method.getAnnotation(Label.class);
        String text = label == null ? method.getName() : label.value();
        String number = Rule.of(text).map(Rule::name).orElse("");
        return new RuleMethod(
                number,
                method.getName(),
                number.isEmpty() ? text : text.substring(number.length() + 1),
                !method.getDeclaringClass().isAnnotationPresent(OptionalRules.class));
    }

    /** Whether a method of a test class is a rule of the kit, and not one of the class's own. */
    static boolean isRule(Method method) {
        Label label = method.getAnnotation(Label.class);
        return label != null
                && Rule.of(label.value()).isPresent()
                && BackendContract.class.isAssignableFrom(method.getDeclaringClass());
    }

    /** All rules that a test class inherits, in the order of their numbers. */
    static List<RuleMethod> all(Class<?> test) {
        Map<String, RuleMethod> rules = new LinkedHashMap<>();
        Arrays.stream(test.getMethods())
                .filter(RuleMethod::isRule)
                .map(RuleMethod::of)
                .sorted(Comparator.comparing(RuleMethod::place)
                        .thenComparing(RuleMethod::sentence)
                        .thenComparing(RuleMethod::method))
                .forEach(rule -> rules.putIfAbsent(rule.method(), rule));
        return List.copyOf(rules.values());
    }

    private Rule place() {
        return Rule.valueOf(number);
    }

    /** The sentence with its number, as the test is called. */
    String label() {
        return number + " " + sentence;
    }
}
