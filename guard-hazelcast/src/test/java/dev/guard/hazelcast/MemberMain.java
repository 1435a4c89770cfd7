package dev.guard.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** A member as a process of its own, with the settings that its arguments are. It ends with its standard input. */
final class MemberMain {

    static final String UP = "guard member is up";

    /** What it answers to each byte of its input: among how many members every key has its backup, or 0 while it is not so. */
    static final String AT_REST = "at rest with ";

    /** After a member has come, it takes a moment until keys begin to move. */
    private static final int LOOKS = 20;

    private static final long PAUSE_NANOS = 50_000_000;

    private static volatile int restsWith;

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
            Thread watch = new Thread(() -> watchForRest(backend.instance()), "rest");
            watch.setDaemon(true);
            watch.start();
            while (System.in.read() >= 0) {
                System.out.println(AT_REST + restsWith);
            }
        }
    }

    private static void watchForRest(HazelcastInstance instance) {
        int calm = 0;
        int before = 0;
        while (instance.getLifecycleService().isRunning()) {
            int members = MemberContext.members(instance);
            boolean safe = instance.getPartitionService().isClusterSafe();
            calm = safe && members == before ? calm + 1 : 0;
            before = members;
            restsWith = calm >= LOOKS ? members : 0;
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
