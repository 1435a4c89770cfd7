package dev.guard.tck;

import java.util.Optional;

/** What the numbered rules say, and why they are there. The numbers are those of the contract and never change. */
enum Rule {
    A0(
            "Every exclusion names a rule of this contract and gives a reason.",
            "An exclusion that nobody can read, or that excludes nothing, hides what a backend does not do."),
    A1(
            "The asynchronous form answers what the blocking form answers. It throws nothing and returns at once; what"
                    + " goes wrong comes with the stage, as it is, not wrapped in another exception.",
            "A caller on an event loop that is blocked, or surprised by an exception where it expects a stage, takes"
                    + " everybody else on that loop down with it."),
    A2(
            "An argument that is out of range is an InvalidArgumentException, in every form of the call, and then no"
                    + " operation of the command was run.",
            "A caller that is told of a mistake corrects it and calls again. Whatever the first call charged would be"
                    + " charged twice."),
    A3(
            "An operation that reaches the store after its deadline is late: nothing is judged and nothing is written.",
            "Its caller has given up and was told that nothing is known. What is charged then is charged for nobody."),
    A4(
            "After close every call fails with GuardClosedException, in every form, and closing twice is harmless.",
            "A call that hangs or is allowed while an application stops is the hardest failure to find."),
    S1(
            "Every answer is that of dev.guard.domain.counter.CounterModel, to the last number, whichever form the call"
                    + " has.",
            "A service that changes its backend must not change what it lets through, or what it tells its clients."),
    S2(
            "Many threads and clients on one key are together admitted exactly what the limit has: no more, and no fewer"
                    + " while permits remain.",
            "A limit that is exceeded under load fails when it is needed; one that is not used up refuses work for nothing."),
    S3(
            "What concurrent callers of a key are told could have been told to them one after another.",
            "Answers that fit no order mean that two calls saw the same state, and so were both let through."),
    S4(
            "Clients whose clocks differ are together admitted no more than the limit; a client's clock that steps changes"
                    + " nothing.",
            "The store's clock decides. A backend that trusts its clients' clocks lets the one that is ahead pass freely."),
    S5(
            "A denied call, a peek and a late call write nothing, but for the block of a policy that blocks on excess. A"
                    + " denial by one of several limits takes from none.",
            "A client that is denied and tries again would otherwise pay for calls that it never had, perhaps for ever."),
    S6(
            "Who waits exactly retryAfter is admitted, if nothing else touches the key; who comes a microsecond earlier is"
                    + " not.",
            "Clients obey the Retry-After that they are told. One that is too short makes them come twice, one that is too"
                    + " long keeps them out."),
    S7(
            "Evenly spaced traffic at the refill rate or below is never denied, and hits never move the end of a window.",
            "A client that keeps to its limit is denied; or a busy one is locked out for good, as its window never ends."),
    S8(
            "Whatever a key holds expires in the store by itself: not before its state is as if unused, and at most twice as"
                    + " long after.",
            "What expires too early is a limit forgotten; what never expires fills the store with keys of everybody who"
                    + " ever called."),
    S9(
            "Windows of every length, from a microsecond to ten years, behave alike: nothing is rounded, nothing overflows.",
            "Lengths that a backend rounds to zero, or to less than they are, are limits that do not limit."),
    S10(
            "A refund never raises what remains above the capacity, and a permit is given back once.",
            "A refund that counts twice is a way to make permits."),
    S11(
            "A newer version takes effect with its first call, and usage is carried as it declares. Clients that take turns"
                    + " between versions with RESET are admitted one reset's worth at most.",
            "A rollout during which both versions run must not be a time without limits."),
    S12(
            "Keys that differ in tenant, policy or subject never share state, whatever characters they hold.",
            "Subjects come from requests. Where two of them can be made to collide, one client uses up, or resets, what is"
                    + " another's."),
    S13(
            "A reset touches the key that it names and nothing else, and a listing names every key that is live.",
            "An administrator who resets one client must not reset others, and must see whom there is to reset."),
    S14(
            "A script cache that the store lost costs nothing that a caller could see.",
            "Stores restart. A call that fails because of that, or counts twice, is a fault of the backend's."),
    S15(
            "A reply that is lost after the store applied the call counts as used and is an error for the caller; nothing"
                    + " that changes state is sent twice by itself.",
            "What is sent again after an unknown outcome is charged twice."),
    S16(
            "Memory stays bounded, and nothing is forgotten whose loss could turn a denial into an allow: new subjects are"
                    + " denied for the reason CAPACITY instead.",
            "A table that forgets the client that uses most to make room for new names is a limit that anyone can lift."),
    S17(
            "A remembered denial denies only what the store would deny.",
            "A client that was unblocked, or given permits back, must be let in."),
    S18(
            "Permits that are held come back by themselves when their lease ends; until then their holder alone releases or"
                    + " extends them.",
            "A holder that dies would otherwise keep its place for ever, and one that can release for others lets in more"
                    + " than there are places.");

    private final String meaning;
    private final String reason;

    Rule(String meaning, String reason) {
        this.meaning = meaning;
        this.reason = reason;
    }

    /** What a backend has to do. */
    String meaning() {
        return meaning;
    }

    /** What goes wrong where a backend does not. */
    String reason() {
        return reason;
    }

    /** The rule whose number a sentence begins with. */
    static Optional<Rule> of(String label) {
        String number = label.split(" ", 2)[0];
        for (Rule rule : values()) {
            if (rule.name().equals(number)) {
                return Optional.of(rule);
            }
        }
        return Optional.empty();
    }
}
