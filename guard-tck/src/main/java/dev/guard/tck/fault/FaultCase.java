package dev.guard.tck.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * A call to make under a fault.
 *
 * @param mode how its guard fails
 */
record FaultCase(FaultBench.Mode mode, Verb.Form form, Verb verb) {

    private static final List<Verb> LOCAL =
            Stream.of(Verb.values()).filter(Verb::mayGoLocal).toList();
    private static final List<Verb> OTHERS =
            Stream.of(Verb.values()).filter(verb -> !verb.mayGoLocal()).toList();

    /** The calls of a fault. */
    static List<FaultCase> of(Random random, boolean all) {
        List<FaultCase> cases = new ArrayList<>();
        for (FaultBench.Mode mode : FaultBench.Mode.values()) {
            for (Verb.Form form : Verb.Form.values()) {
                for (Verb verb : verbs(mode, random, all)) {
                    cases.add(new FaultCase(mode, form, verb));
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
