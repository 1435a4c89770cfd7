package dev.guard.server;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The command line: {@code guard demo}, {@code guard serve} and {@code guard doctor}. */
@Command(
        name = "guard",
        description = "Decides for each request whether it may pass.",
        mixinStandardHelpOptions = true,
        versionProvider = GuardCommand.Version.class,
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:good",
            "1:failed while running, or the port is in use",
            "2:wrong usage or configuration",
            "3:refused to start because of the store"
        })
final class GuardCommand {

    private final Environment environment;
    private final Console console;

    private GuardCommand(Environment environment, Console console) {
        this.environment = environment;
        this.console = console;
    }

    /** Runs the program until it ends, and returns its exit status. */
    static int run(List<String> arguments, Environment environment, Console console) {
        GuardCommand guard = new GuardCommand(environment, console);
        return new CommandLine(guard)
                .addSubcommand(guard.new Demo())
                .addSubcommand(guard.new Serve())
                .addSubcommand(guard.new DoctorCommand())
                .setOut(console.out())
                .setErr(console.err())
                .setParameterExceptionHandler((misuse, ignored) -> guard.misused(misuse))
                .setExecutionExceptionHandler((failure, command, parsed) -> guard.failed(failure))
                .execute(arguments.toArray(String[]::new));
    }

    /** One line and where to read more: the whole usage would hide what was wrong. */
    private int misused(ParameterException misuse) {
        console.error(misuse.getMessage() + "; see "
                + misuse.getCommandLine().getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE;
    }

    private int failed(Exception failure) {
        if (failure instanceof StartException start) {
            console.error(start.explanation());
            return start.exitCode();
        }
        console.error("guard failed: " + failure);
        return ExitCode.FAILED;
    }

    private DeclaredPolicies named(Path policies) {
        return PolicyReader.read(policies);
    }

    /** The policies that the command line or the environment names, in this order of weight. */
    private @Nullable Path policyFile(ListenOptions options) {
        return options.policies != null
                ? options.policies
                : environment.get("GUARD_POLICIES").map(Path::of).orElse(null);
    }

    /** What both commands are told on the command line. */
    static final class ListenOptions {

        @Option(
                names = "--host",
                paramLabel = "ADDRESS",
                description = "Listen on this address; 127.0.0.1 if not given.")
        private @Nullable String host;

        @Option(
                names = "--port",
                paramLabel = "N",
                description = "Listen on this port; 8080 if not given, 0 for a free one.")
        private @Nullable Integer port;

        @Option(
                names = "--policies",
                paramLabel = "FILE",
                description = "Read the policies from this YAML file; else from the one that GUARD_POLICIES names.")
        private @Nullable Path policies;

        /** The given place to listen, but for what was said here. */
        Listening over(Listening listening) {
            Listening told = listening;
            if (host != null) {
                told = told.withHost(Listening.address(host)
                        .orElseThrow(() -> StartException.configuration(
                                "--host is '" + host + "', expected " + Listening.HOST_EXPECTED)));
            }
            if (port != null) {
                if (port < 0 || port > Listening.LARGEST_PORT) {
                    throw StartException.configuration(
                            "--port is " + port + ", expected 0 to " + Listening.LARGEST_PORT);
                }
                told = told.withPort(port);
            }
            return told;
        }
    }

    @Command(
            name = "demo",
            description = "Starts a server with counters in memory and sample policies, to try guard with.",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class)
    private final class Demo implements Callable<Integer> {

        @Mixin
        private ListenOptions options = new ListenOptions();

        @Override
        public Integer call() {
            Path file = policyFile(options);
            Service service = new Service(
                    options.over(Listening.DEFAULT),
                    BackendChoice.demo(environment, ServerFile.NONE),
                    ServerFile.NONE,
                    About.of(environment));
            return service.run(console, () -> file == null ? PolicyReader.sample() : named(file));
        }
    }

    @Command(
            name = "serve",
            description = "Starts a server; without a reachable store it refuses to.",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            footerHeading = "%nEnvironment:%n",
            footer = {
                "  REDIS_URL        where the store is; alone it means the backend redis-lettuce",
                "  HAZELCAST_MEMBERS, HAZELCAST_PORT, HAZELCAST_BIND, HAZELCAST_MODE",
                "                   the addresses of all members, and this one's; for GUARD_BACKEND=hazelcast",
                "  GUARD_BACKEND    redis-lettuce, redis-jedis, hazelcast or memory",
                "  GUARD_MODE       strict_distributed (the default), explicit_degraded or local_only",
                "  GUARD_DEGRADED_SHARE, GUARD_DEGRADED_FOR",
                "                   how many instances share the limits, and for how long each may judge by itself",
                "                   while the store is away; for GUARD_MODE=explicit_degraded",
                "  GUARD_POLICIES   a file of policies",
                "  GUARD_DEADLINE   how long a call to the store may take; 100ms if not set",
                "  DEMO_MODE        true for counters in memory whatever else is set",
                "  ENVIRONMENT      a name that /health tells; development if not set"
            })
    private final class Serve implements Callable<Integer> {

        @Mixin
        private ListenOptions options = new ListenOptions();

        @Option(names = "--config", paramLabel = "FILE", description = "Read the configuration from this YAML file.")
        private @Nullable Path config;

        @Override
        public Integer call() {
            ServerFile file = config == null ? ServerFile.NONE : ServerFile.read(config);
            Path policies = policyFile(options);
            Service service = new Service(
                    options.over(file.listening()),
                    BackendChoice.serve(environment, file),
                    file,
                    About.of(environment));
            return service.run(console, () -> policies == null ? file.policies() : named(policies));
        }
    }

    @Command(
            name = "doctor",
            description = "Looks at the store that serve would start on, and says what it finds; changes nothing.",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            exitCodeListHeading = "%nExit status:%n",
            exitCodeList = {
                "0:nothing was found that refuses",
                "2:wrong usage or configuration",
                "3:something refuses, or the store cannot be reached"
            },
            footer = {"", "The environment is that of guard serve."})
    private final class DoctorCommand implements Callable<Integer> {

        @Option(names = "--config", paramLabel = "FILE", description = "Read the configuration from this YAML file.")
        private @Nullable Path config;

        @Option(names = "--json", description = "Print JSON.")
        private boolean json;

        @Override
        public Integer call() {
            ServerFile file = config == null ? ServerFile.NONE : ServerFile.read(config);
            return new Doctor(BackendChoice.serve(environment, file)).run(console, json);
        }
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"guard " + About.programVersion()};
        }
    }
}
