package dev.guard.redis.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * The failure table as cases: each fault, in each mode, in each form, with one verb drawn at random, or with all of them.
 *
 * <ul>
 *   <li>{@value #WHICH}: {@code all} for all verbs; one at random where it is not set, in degraded mode one that may be judged locally and one that
 *       may not.
 *   <li>{@value #SEED}: what they are drawn by, as a run prints it.
 * </ul>
 *
 * <p>Faults that a network or a process has are real ones. Errors are put in a server's mouth, and where it is easily done a server is brought
 * to say them itself.
 */
public interface FaultRules extends BackendUnderTest {

    /** The system property that says which verbs are called. */
    String WHICH = "guard.faults";

    /** The system property with the seed. */
    String SEED = "guard.faults.seed";

    @TestFactory
    @Tag("slow")
    @DisplayName(
            "S70 to S73 under every fault nothing is allowed that the store did not decide, every call ends in time, and guard is back by itself")
    default Stream<DynamicNode> faults() {
        String seed = System.getProperty(SEED);
        long drawn = seed == null ? new Random().nextInt(1_000_000) : Long.parseLong(seed);
        boolean all = "all".equals(System.getProperty(WHICH));
        FaultTable table = new FaultTable(
                "Faults of Redis, through " + backend() + (all ? "" : ", seed " + drawn), FaultBench.DEADLINE);
        Random random = new Random(drawn);
        FaultyStores stores = new FaultyStores(this);
        List<DynamicNode> nodes = new ArrayList<>();
        for (FaultyStores.Group group : stores.groups()) {
            for (StoreFault fault : group.faults()) {
                nodes.add(DynamicContainer.dynamicContainer(
                        fault.name(),
                        Case.of(random, all).stream()
                                .map(each -> DynamicTest.dynamicTest(
                                        each.toString(),
                                        () -> group.bench()
                                                .check(
                                                        fault,
                                                        each.mode,
                                                        each.form,
                                                        each.verb,
                                                        table.row(fault.name(), each.mode.toString()))))));
            }
        }
        nodes.add(DynamicTest.dynamicTest("the table", () -> {
            System.out.println(table.markdown());
            if (!all) {
                System.out.println("To draw the same verbs again: -D" + SEED + "=" + drawn);
            }
            table.write(Path.of("target", "guard-faults-" + backend() + ".md"));
            assertThat(table.allowedWithoutTheStore()).isZero();
            assertThat(table.local()).isPositive();
        }));
        return nodes.stream().onClose(stores::close);
    }

    /**
     * A call to make.
     *
     * @param mode how its guard fails
     */
    record Case(FaultBench.Mode mode, Verb.Form form, Verb verb) {

        private static final List<Verb> LOCAL =
                Stream.of(Verb.values()).filter(Verb::mayGoLocal).toList();
        private static final List<Verb> OTHERS =
                Stream.of(Verb.values()).filter(verb -> !verb.mayGoLocal()).toList();

        /** The calls of a fault. */
        static List<Case> of(Random random, boolean all) {
            List<Case> cases = new ArrayList<>();
            for (FaultBench.Mode mode : FaultBench.Mode.values()) {
                for (Verb.Form form : Verb.Form.values()) {
                    for (Verb verb : verbs(mode, random, all)) {
                        cases.add(new Case(mode, form, verb));
                    }
                }
            }
            return cases;
        }

        private static List<Verb> verbs(FaultBench.Mode mode, Random random, boolean all) {
            List<Verb> verbs = List.of(Verb.values());
            if (all) {
                return verbs;
            }
            return mode == FaultBench.Mode.STRICT
                    ? List.of(any(verbs, random))
                    : List.of(any(LOCAL, random), any(OTHERS, random));
        }

        private static Verb any(List<Verb> verbs, Random random) {
            return verbs.get(random.nextInt(verbs.size()));
        }

        @Override
        public String toString() {
            return mode + ", " + form + ": " + verb;
        }
    }
}
