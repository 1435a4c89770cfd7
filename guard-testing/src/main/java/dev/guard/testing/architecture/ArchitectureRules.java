package dev.guard.testing.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.conditions.ArchConditions.accessTargetWhere;
import static com.tngtech.archunit.lang.conditions.ArchConditions.dependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.guard.testing.architecture.GuardModule.Exemption;
import dev.guard.testing.architecture.GuardModule.Trait;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ForkJoinTask;
import java.util.random.RandomGenerator;
import java.util.stream.BaseStream;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.DynamicTest;

/**
 * The rules of the architecture, which every module runs over its own classes.
 *
 * <p>A module's test is three lines:
 *
 * <pre>{@code
 * class ArchitectureTest {
 *     @TestFactory
 *     Stream<DynamicTest> architecture() {
 *         return ArchitectureRules.tests(GuardModule.DOMAIN, ArchitectureTest.class);
 *     }
 * }
 * }</pre>
 *
 * <p>Every rule speaks about all classes of the module ("no classes should …"), never about a selection that may turn out to be
 * empty, and {@code tests} fails first when the module has no class at all. That a rule finds what it forbids is shown by
 * {@code ArchitectureRulesTest}, which holds a class that breaks it against each of them.
 */
public final class ArchitectureRules {
    static final String OWN_PACKAGE = "lives in its own package";
    static final String DIRECTIONS = "depends only on what its row allows";
    static final String INTERNAL = "reads no other module's internals";
    static final String NULL_MARKED = "is null-marked";
    static final String NO_LOOKUP = "resolves no host name";
    static final String NO_REGEX = "uses no backtracking pattern";
    static final String NO_PRINTING = "does not print";
    static final String NO_PLATFORM_LOGGING = "uses no logging but SLF4J";
    static final String NO_CLOCK = "reads no clock";
    static final String NO_RANDOMNESS = "has no randomness";
    static final String NO_IO = "does no I/O";
    static final String NO_THREADS = "starts no thread";
    static final String NO_LOGGING = "does not log";
    static final String NO_SERVICE_LOADER = "looks for no provider";
    static final String GUAVA_HIDDEN = "shows no Guava type";

    private ArchitectureRules() {}

    /**
     * One test per rule that holds in {@code module}.
     *
     * @param test the class that runs them; the classes to check are found in the folder beside the one it was compiled to
     */
    public static Stream<DynamicTest> tests(GuardModule module, Class<?> test) {
        JavaClasses classes = new ClassFileImporter()
                // What JMH generates is not ours to rule.
                .withImportOption(location -> !location.contains("/jmh_generated/"))
                .importPath(mainClassesBeside(test));
        DynamicTest notEmpty = DynamicTest.dynamicTest(
                module.artifact() + " has classes to check", () -> requireSomethingToCheck(module, classes));
        return Stream.concat(
                Stream.of(notEmpty),
                rulesFor(module).entrySet().stream()
                        .map(rule -> DynamicTest.dynamicTest(
                                module.artifact() + " " + rule.getKey(),
                                () -> rule.getValue()
                                        .check(withoutExemptions(
                                                module, rule.getKey(), classes, GuardModule.EXEMPTIONS)))));
    }

    /** The rules of {@code module} by name, in the order in which they are run. */
    static Map<String, ArchRule> rulesFor(GuardModule module) {
        Map<String, ArchRule> rules = new LinkedHashMap<>();
        rules.put(OWN_PACKAGE, livesInItsOwnPackage(module));
        rules.put(DIRECTIONS, dependsOnlyOnWhatItsRowAllows(module));
        rules.put(INTERNAL, readsNoOtherInternals(module));
        rules.put(NULL_MARKED, isNullMarked());
        rules.put(NO_LOOKUP, resolvesNoHostName(module.is(Trait.BINDS_ADDRESSES)));
        if (module.is(Trait.SEES_REQUEST_DATA)) {
            rules.put(NO_REGEX, usesNoBacktrackingPattern());
        }
        if (module.is(Trait.PUBLISHED)) {
            rules.put(NO_PRINTING, doesNotPrint());
            rules.put(NO_PLATFORM_LOGGING, usesNoLoggingButSlf4j());
            rules.put(GUAVA_HIDDEN, showsNoGuavaType());
        }
        if (module.is(Trait.PURE)) {
            rules.put(NO_CLOCK, readsNoClock());
            rules.put(NO_RANDOMNESS, hasNoRandomness());
            rules.put(NO_IO, doesNoIo());
            rules.put(NO_THREADS, startsNoThread());
            rules.put(NO_LOGGING, doesNotLog());
            rules.put(NO_SERVICE_LOADER, looksForNoProvider());
        }
        return rules;
    }

    // ─── Structure ──────────────────────────────────────────────────────────────────────────────

    private static ArchRule livesInItsOwnPackage(GuardModule module) {
        return classes()
                .should()
                .resideInAPackage(module.rootPackage() + "..")
                .because(
                        "a package belongs to one module, or neither the rules nor module-info can tell modules apart");
    }

    private static ArchRule dependsOnlyOnWhatItsRowAllows(GuardModule module) {
        String[] allowed = module.allowedPackages().toArray(String[]::new);
        if (module.is(Trait.ANY_THIRD_PARTY)) {
            return noClasses()
                    .should(dependOnClassesThat(describe(
                            "belong to guard outside of " + module.allowedPackages(),
                            type -> inPackage("dev.guard..").test(base(type))
                                    && !inPackage(allowed).test(base(type)))))
                    .because("the edges talk to guard-api, and a backend is found at run time, by its name");
        }
        return noClasses()
                .should(dependOnClassesThat(describe(
                        "reside outside of " + module.allowedPackages(),
                        type -> !base(type).isPrimitive() && !inPackage(allowed).test(base(type)))))
                .because(
                        "dependencies point to the middle: backends and edges know the domain, the domain knows nobody,"
                                + " and a library less is a conflict less for those who use us (the table is GuardModule)");
    }

    private static ArchRule readsNoOtherInternals(GuardModule module) {
        return noClasses()
                .should(dependOnClassesThat(describe(
                        "reside in an internal package of another module",
                        type -> inPackage("dev.guard..internal..").test(base(type))
                                && !inPackage(module.rootPackage() + "..").test(base(type)))))
                .because("what is internal may change without notice, also between our own modules");
    }

    private static ArchRule isNullMarked() {
        return classes()
                .should(new ArchCondition<>("reside in a package whose package-info is @NullMarked") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
                            events.add(SimpleConditionEvent.violated(
                                    type,
                                    type.getName() + " is in package " + type.getPackageName()
                                            + ", which has no package-info.java with @NullMarked"));
                        }
                    }
                })
                .because("a type that says nothing about null leaves every caller to guess");
    }

    private static ArchRule showsNoGuavaType() {
        return noClasses()
                .should(new ArchCondition<>("show a Guava type in a public or protected member") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        if (!isVisible(type)) {
                            return;
                        }
                        type.getMembers().stream()
                                .filter(ArchitectureRules::isVisible)
                                .filter(member -> involvedTypes(member)
                                        .flatMap(involved -> involved.getAllInvolvedRawTypes().stream())
                                        .anyMatch(involved ->
                                                inPackage("com.google.common..").test(base(involved))))
                                .forEach(member ->
                                        events.add(SimpleConditionEvent.satisfied(member, member.getDescription())));
                        Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream())
                                .flatMap(parent -> parent.getAllInvolvedRawTypes().stream())
                                .filter(inPackage("com.google.common.."))
                                .forEach(parent -> events.add(SimpleConditionEvent.satisfied(
                                        type, type.getDescription() + " extends " + parent.getName())));
                    }
                })
                .because("Guava is behind our signatures: its releases must not become ours");
    }

    // ─── What a stranger sends ──────────────────────────────────────────────────────────────────

    private static ArchRule resolvesNoHostName(boolean bindsAddresses) {
        DescribedPredicate<JavaAccess<?>> lookup = call(InetAddress.class, "getByName", "getAllByName", "getLocalHost")
                .or(call(InetAddress.class, "getHostName", "getCanonicalHostName"))
                .or(call(InetSocketAddress.class, "getHostName"));
        if (!bindsAddresses) {
            lookup = lookup.or(constructorCall(InetSocketAddress.class, String.class))
                    .or(constructorCall(Socket.class, String.class));
        }
        return noClasses()
                .should(accessTargetWhere(lookup.as("asks the resolver"))
                        .as("ask the resolver for a name or an address"))
                .because(
                        "the resolver blocks, asks the network about a stranger's string, and accepts odd spellings of"
                                + " addresses: parse literals with InetAddresses, name hosts with InetSocketAddress.createUnresolved");
    }

    private static ArchRule usesNoBacktrackingPattern() {
        return noClasses()
                .should(dependOnClassesThat(inPackage("java.util.regex..").or(named("java.util.Scanner")))
                        .or(accessTargetWhere(call(String.class, "matches", "replaceAll", "replaceFirst", "split")
                                .or(callOf("com.google.common.base.Splitter", "onPattern"))
                                .as("compiles a pattern")))
                        .as("use java.util.regex, openly or inside of String and Splitter"))
                .because("one request must not cost seconds of backtracking: use indexOf, Splitter, or re2j");
    }

    // ─── Libraries ──────────────────────────────────────────────────────────────────────────────

    private static ArchRule doesNotPrint() {
        return noClasses()
                .should(accessTargetWhere(callOf("java.lang.System", "out", "err", "setOut", "setErr")
                                .or(call(Throwable.class, "printStackTrace"))
                                .as("goes to the console"))
                        .or(dependOnClassesThat(type(PrintStream.class).or(named("java.io.Console"))))
                        .as("write to the console"))
                .because("the console belongs to the application");
    }

    private static ArchRule usesNoLoggingButSlf4j() {
        return noClasses()
                .should(dependOnClassesThat(isPlatformLogging())
                        .or(accessTargetWhere(systemLogger()))
                        .as("log with anything but SLF4J"))
                .because(
                        "an application configures one way of logging, and SLF4J is the one that all of them can serve");
    }

    // ─── Purity ─────────────────────────────────────────────────────────────────────────────────

    private static ArchRule readsNoClock() {
        return noClasses()
                .should(accessTargetWhere(callOf("java.lang.System", "nanoTime", "currentTimeMillis")
                                .or(accessTo(describe(
                                        "now of java.time",
                                        access -> access.getName().equals("now")
                                                && inPackage("java.time..").test(access.getTargetOwner()))))
                                .or(constructorCall(Date.class))
                                .or(callOf("java.util.Calendar", "getInstance"))
                                .or(callOf("java.util.GregorianCalendar", "<init>"))
                                .as("reads a clock"))
                        .or(dependOnClassesThat(named("java.time.Clock")
                                .or(named("java.time.InstantSource"))
                                .or(named("com.google.common.base.Ticker"))
                                .or(named("com.google.common.base.Stopwatch"))
                                .or(inPackage("com.google.common.cache.."))
                                .as("are clocks, or have one")))
                        .as("read a clock or hold one"))
                .because("time is an argument: the store's clock decides, the contract passes time in, and a step that"
                        + " reads a clock cannot be replayed");
    }

    private static ArchRule hasNoRandomness() {
        return noClasses()
                .should(dependOnClassesThat(assignableTo(RandomGenerator.class)
                                .or(inPackage("java.util.random.."))
                                .as("are sources of randomness"))
                        .or(accessTargetWhere(callOf("java.lang.Math", "random")
                                .or(callOf("java.lang.StrictMath", "random"))
                                .or(call(UUID.class, "randomUUID"))
                                .or(callOf(Collections.class.getName(), "shuffle"))
                                .as("draws at random")))
                        .as("draw at random"))
                .because("the same state and command give the same answer on every backend and in every replay");
    }

    private static ArchRule doesNoIo() {
        return noClasses()
                .should(dependOnClassesThat(describe("do I/O", ArchitectureRules::doesIo))
                        .or(accessTargetWhere(callOf(
                                        "java.lang.System",
                                        "in",
                                        "out",
                                        "err",
                                        "getenv",
                                        "getProperty",
                                        "getProperties",
                                        "exit")
                                .or(callOf("java.lang.Integer", "getInteger"))
                                .or(callOf("java.lang.Long", "getLong"))
                                .or(callOf("java.lang.Boolean", "getBoolean"))
                                .as("reads the surroundings of the process")))
                        .as("do I/O or read the surroundings of the process"))
                .because("the domain decides, and the rooms around it fetch and store");
    }

    private static boolean doesIo(JavaClass referred) {
        JavaClass type = base(referred);
        // Values: a marker interface, and addresses as Guava's parser returns them. NO_LOOKUP guards the latter's
        // methods.
        if (Set.of(
                        "java.io.Serializable",
                        "java.net.InetAddress",
                        "java.net.Inet4Address",
                        "java.net.Inet6Address",
                        "com.google.common.io.BaseEncoding")
                .contains(type.getName())) {
            return false;
        }
        return inPackage(
                                "java.io..",
                                "java.net..",
                                "java.nio.file..",
                                "java.nio.channels..",
                                "javax.net..",
                                "java.sql..",
                                "com.google.common.io..")
                        .test(type)
                || Set.of("java.lang.Process", "java.lang.ProcessBuilder", "java.lang.Runtime")
                        .contains(type.getName());
    }

    private static ArchRule startsNoThread() {
        return noClasses()
                .should(dependOnClassesThat(assignableTo(Thread.class)
                                .or(assignableTo(ThreadGroup.class))
                                .or(assignableTo(ExecutorService.class))
                                .or(assignableTo(ForkJoinTask.class))
                                .or(named("java.util.concurrent.Executors"))
                                .or(named("java.util.Timer"))
                                .or(named("java.util.TimerTask"))
                                .or(inPackage("com.google.common.util.concurrent.."))
                                .as("are threads, or have some"))
                        .or(accessTargetWhere(accessTo(describe(
                                        "run in a pool that the caller did not give",
                                        ArchitectureRules::borrowsThreads))
                                .as("borrows a thread of the common pool")))
                        .as("start a thread or borrow one of the common pool"))
                .because("who calls decides where code runs; a port may take an Executor and return a CompletionStage");
    }

    private static boolean borrowsThreads(JavaAccess<?> access) {
        JavaClass owner = access.getTargetOwner();
        if (owner.isAssignableTo(CompletionStage.class)) {
            boolean timed =
                    Set.of("orTimeout", "completeOnTimeout", "delayedExecutor").contains(access.getName());
            return timed || (access.getName().endsWith("Async") && !takes(access, Executor.class));
        }
        return (owner.isAssignableTo(BaseStream.class) && access.getName().equals("parallel"))
                || access.getName().equals("parallelStream")
                || (owner.isEquivalentTo(Arrays.class) && access.getName().startsWith("parallel"));
    }

    private static ArchRule doesNotLog() {
        return noClasses()
                .should(dependOnClassesThat(
                                inPackage("org.slf4j..").or(isPlatformLogging()).as("log"))
                        .or(accessTargetWhere(systemLogger()))
                        .as("log"))
                .because("an outcome is a value that the caller reads, and may log");
    }

    private static ArchRule looksForNoProvider() {
        return noClasses()
                .should(dependOnClassesThat(type(ServiceLoader.class)).as("use the ServiceLoader"))
                .because("discovery reads the class path, and belongs to guard-api");
    }

    // ─── Words that the rules are made of ───────────────────────────────────────────────────────

    private static DescribedPredicate<JavaClass> isPlatformLogging() {
        return inPackage(
                        "java.util.logging..",
                        "org.apache.commons.logging..",
                        "org.apache.logging..",
                        "ch.qos.logback..",
                        "org.jboss.logging..")
                .or(describe("", type -> type.getName().startsWith("java.lang.System$Logger")))
                .as("belong to a logging system");
    }

    private static DescribedPredicate<JavaAccess<?>> systemLogger() {
        return callOf("java.lang.System", "getLogger");
    }

    private static DescribedPredicate<JavaClass> inPackage(String... patterns) {
        return patterns.length == 1 ? resideInAPackage(patterns[0]) : resideInAnyPackage(patterns);
    }

    /** A class by its name, for classes that are not on this module's class path. */
    private static DescribedPredicate<JavaClass> named(String name) {
        return describe("are " + name, type -> base(type).getName().equals(name));
    }

    /** An access (a call, a method reference, or a field) to a member with one of these names, of {@code owner} or a subclass. */
    private static DescribedPredicate<JavaAccess<?>> call(Class<?> owner, String... names) {
        return accessTo(describe(
                owner.getSimpleName() + "." + String.join("/", names),
                access -> access.getTargetOwner().isAssignableTo(owner)
                        && List.of(names).contains(access.getName())));
    }

    private static DescribedPredicate<JavaAccess<?>> callOf(String owner, String... names) {
        return accessTo(describe(
                owner + "." + String.join("/", names),
                access -> access.getTargetOwner().getName().equals(owner)
                        && List.of(names).contains(access.getName())));
    }

    /** A constructor whose first parameter is {@code first}, or the one without parameters when none is given. */
    private static DescribedPredicate<JavaAccess<?>> constructorCall(Class<?> owner, Class<?>... first) {
        return accessTo(describe("new " + owner.getSimpleName(), access -> {
            if (!access.getTargetOwner().isEquivalentTo(owner)
                    || !access.getName().equals("<init>")
                    || !(access.getTarget() instanceof CodeUnitAccessTarget target)) {
                return false;
            }
            List<JavaClass> parameters = target.getRawParameterTypes();
            return first.length == 0
                    ? parameters.isEmpty()
                    : !parameters.isEmpty() && parameters.get(0).isEquivalentTo(first[0]);
        }));
    }

    private static DescribedPredicate<JavaAccess<?>> accessTo(DescribedPredicate<JavaAccess<?>> predicate) {
        return predicate;
    }

    private static boolean takes(JavaAccess<?> access, Class<?> parameter) {
        return access.getTarget() instanceof CodeUnitAccessTarget target
                && target.getRawParameterTypes().stream().anyMatch(type -> type.isEquivalentTo(parameter));
    }

    private static Stream<JavaType> involvedTypes(JavaMember member) {
        if (member instanceof JavaField field) {
            return Stream.of(field.getType());
        }
        JavaCodeUnit codeUnit = (JavaCodeUnit) member;
        return Stream.concat(
                Stream.concat(Stream.of(codeUnit.getReturnType()), codeUnit.getParameterTypes().stream()),
                codeUnit.getExceptionTypes().stream());
    }

    private static boolean isVisible(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && not(inPackage("..internal..")).test(type);
    }

    private static boolean isVisible(JavaMember member) {
        return member.getModifiers().contains(JavaModifier.PUBLIC)
                || member.getModifiers().contains(JavaModifier.PROTECTED);
    }

    private static JavaClass base(JavaClass type) {
        return type.getBaseComponentType();
    }

    // ─── Finding the classes ────────────────────────────────────────────────────────────────────

    static void requireSomethingToCheck(GuardModule module, JavaClasses classes) {
        if (classes.stream().allMatch(type -> type.getSimpleName().equals("package-info"))) {
            throw new AssertionError("No class of " + module.artifact()
                    + " was found, so its rules would hold by saying nothing: is its code in src/main/java?");
        }
    }

    /** The classes that {@code rule} speaks about: all but those exempt from it. */
    static JavaClasses withoutExemptions(
            GuardModule module, String rule, JavaClasses classes, List<Exemption> exemptions) {
        JavaClasses remaining = classes;
        for (Exemption exemption : exemptions) {
            if (exemption.module() == module && exemption.rule().equals(rule)) {
                if (!classes.contain(exemption.className())) {
                    throw new AssertionError("GuardModule.EXEMPTIONS names " + exemption.className()
                            + ", which does not exist: remove it");
                }
                String name = exemption.className();
                remaining = remaining.that(not(describe(
                        name,
                        type -> type.getName().equals(name) || type.getName().startsWith(name + "$"))));
            }
        }
        return remaining;
    }

    private static Path mainClassesBeside(Class<?> test) {
        try {
            Path testClasses = Path.of(
                    test.getProtectionDomain().getCodeSource().getLocation().toURI());
            Path classes = testClasses.resolveSibling("classes");
            if (!Files.isDirectory(classes)) {
                throw new AssertionError("No compiled classes at " + classes);
            }
            return classes;
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
