package dev.guard.hazelcast;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** A member as a process of its own, with the settings that its arguments are. It ends with its standard input. */
final class MemberMain {

    static final String UP = "guard member is up";

    private MemberMain() {}

    /** Starts the member, and stays. */
    public static void main(String[] arguments) throws IOException {
        Map<String, String> settings = new HashMap<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            settings.put(argument.substring(0, equals), argument.substring(equals + 1));
        }
        try (HazelcastBackend backend = HazelcastBackend.open(TestClusters.settings(settings))) {
            System.out.println(UP + " as one of " + MemberContext.members(backend.instance()));
            while (System.in.read() >= 0) {
                // It says nothing that is listened to.
            }
        }
    }
}
