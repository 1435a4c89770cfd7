package dev.guard.tck;

import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * The rules of counters that take several threads and clients to check.
 *
 * <p>Several clients are several backends of one namespace, where the backend {@linkplain
 * dev.guard.domain.backend.Backend#isShared() is shared}. The store's time stands still while threads run, and moves between
 * their runs, so that it is known what each call must be answered. A try is made of its seed and of how the threads happened to
 * meet: the same seed asks the same things, and may pass all the same.
 *
 * <p>No rule waits for ever: a backend that hangs fails, and the failure says where. {@code GUARD_TEST_TIMEOUT_FACTOR}
 * multiplies the waiting.
 */
public interface ConcurrentCounterRules extends BackendContract {

    /** S2 for calls of one cost, in every form. */
    @Property(tries = 100, shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
    @Label("S2 threads and clients on one key are together admitted exactly the limit, in whichever form they ask")
    default void threadsAreAdmittedExactlyTheLimit(@ForAll long seed) {
        ConcurrentTrial.run(this, seed, AdmissionRace::ofOneCost);
    }

    /** S2 for calls of several costs, reservations and commands of several operations. */
    @Property(tries = 100, shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
    @Label("S2 calls of different costs take every permit once, and none is denied while there are enough")
    default void differentCostsTakeEveryPermitOnce(@ForAll long seed) {
        ConcurrentTrial.run(this, seed, AdmissionRace::ofAnyCost);
    }

    /** S2 for calls that take what there is. */
    @Property(tries = 100, shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
    @Label("S2 calls that take as much as there is are together given exactly the limit")
    default void whatIsTakenIsExactlyTheLimit(@ForAll long seed) {
        ConcurrentTrial.run(this, seed, AdmissionRace::ofAllThereIs);
    }

    /** S2 for slots. */
    @Property(tries = 100, shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
    @Label("S2 never are more slots held than there are, and what was given back is free again, however releases race")
    default void slotsAreHeldOnceAndGivenBackOnce(@ForAll long seed) {
        ConcurrentTrial.run(this, seed, SlotRace::run);
    }

    /** S2 for what gives back. */
    @Property(tries = 100, shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
    @Label("S2 reservations are settled and permits refunded once, and in the end nothing is lost or gained")
    default void settlementsNeitherLoseNorGain(@ForAll long seed) {
        ConcurrentTrial.run(this, seed, SettlementRace::run);
    }

    /** S3. */
    @Property(tries = 100, shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
    @Label("S3 the answers to concurrent calls of every kind are those of some order of the calls")
    default void historiesAreLinearizable(@ForAll long seed) {
        ConcurrentTrial.run(this, seed, RandomCalls::run);
    }

    /** S4 for clocks that differ. */
    @Property(tries = 100, shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
    @Label("S4 clients whose clocks differ by ten seconds are together admitted exactly the limit")
    default void clientsClocksDoNotMatter(@ForAll long seed) {
        WrongClocks.constant(this, seed);
    }

    /** S4 for clocks that step. */
    @Property(tries = 100, shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
    @Label("S4 a step of a client's clock by an hour, forwards or back, changes nothing")
    default void stepsOfAClientsClockDoNotMatter(@ForAll long seed) {
        WrongClocks.stepping(this, seed);
    }

    /** S13 for listings while keys come and go. */
    @Property(tries = 100, shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
    @Label("S13 a key that is live throughout a listing is in it, while other keys come and go")
    default void listingsNameWhatIsLiveThroughout(@ForAll long seed) {
        ConcurrentTrial.run(this, seed, ListingRace::run);
    }
}
