package dev.guard.redis;

import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.Micros;
import dev.guard.redis.RedisUrl.Host;
import dev.guard.redis.RedisUrl.Topology;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/**
 * Reads one text as a {@link RedisUrl}.
 *
 * <p>Where a text is wrong, a password may be anywhere in it: a raw slash in it ends the hosts early, and without a host it looks like
 * a port. So an error quotes the scheme, the names of parameters, and values of those that hold no secret; the hosts only where an
 * {@code @} tells them from what precedes them; and nothing else.
 */
final class RedisUrlReader {

    private static final String TIMEOUT = "timeout";
    private static final String CONNECT_TIMEOUT = "connect_timeout";
    private static final String CA = "ca";
    private static final String MASTER = "master";
    private static final String SENTINEL_USER = "sentinel_user";
    private static final String SENTINEL_PASSWORD = "sentinel_password";
    private static final String DB = "db";

    private static final int REDIS_PORT = 6379;
    private static final int SENTINEL_PORT = 26379;
    private static final int MOST_CHARACTERS = 8_192;
    private static final int MOST_QUOTED = 32;

    /** What stands before {@code ://}. */
    private enum Scheme {
        REDIS(Topology.STANDALONE, false),
        REDISS(Topology.STANDALONE, true),
        REDIS_SENTINEL(Topology.SENTINEL, false),
        REDISS_SENTINEL(Topology.SENTINEL, true),
        REDIS_CLUSTER(Topology.CLUSTER, false),
        REDISS_CLUSTER(Topology.CLUSTER, true),
        REDIS_SOCKET(Topology.STANDALONE, false);

        private final Topology topology;
        private final boolean tls;

        Scheme(Topology topology, boolean tls) {
            this.topology = topology;
            this.tls = tls;
        }

        private String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        private List<String> parameters() {
            List<String> names = new ArrayList<>(List.of(TIMEOUT, CONNECT_TIMEOUT));
            if (tls) {
                names.add(CA);
            }
            if (topology == Topology.SENTINEL) {
                names.addAll(List.of(MASTER, SENTINEL_USER, SENTINEL_PASSWORD));
            }
            if (this == REDIS_SOCKET) {
                names.add(DB);
            }
            return names;
        }
    }

    private final String setting;
    private final String text;

    /** What an error shows of the text. */
    private String shown = "***";

    RedisUrlReader(String setting, String text) {
        this.setting = setting;
        this.text = text;
    }

    RedisUrl read() {
        if (text.length() > MOST_CHARACTERS || !all(text, c -> c > ' ' && c != 0x7f)) {
            throw wrong("no blanks or control characters, and at most " + MOST_CHARACTERS + " characters");
        }
        Scheme scheme = scheme();
        shown = scheme.text() + "://***";
        String rest = text.substring(scheme.text().length() + "://".length());
        if (rest.indexOf('#') >= 0) {
            throw wrong("no #, which is written %23 where it is part of something");
        }
        String beforeQuery = before(rest, '?');
        String query = after(rest, '?');
        String authority = before(beforeQuery, '/');
        String path = beforeQuery.substring(authority.length());
        if (path.indexOf('@') >= 0 || query.indexOf('@') >= 0) {
            throw wrong("no @ behind the hosts: in a user or password, / ? # @ are written %2F %3F %23 %40");
        }
        int at = authority.indexOf('@');
        if (at != authority.lastIndexOf('@')) {
            throw wrong("one @, before the hosts: in a user or password it is written %40");
        }
        Optional<String> user = user(authority, at);
        Optional<String> password = password(authority, at);
        String places = authority.substring(at + 1);
        List<Host> hosts = scheme == Scheme.REDIS_SOCKET ? noHosts(places) : hosts(scheme, places);
        if (at >= 0) {
            shown = scheme.text() + "://***@" + places + "…";
        }
        Map<String, String> parameters = parameters(scheme, query);
        Optional<String> socket = Optional.empty();
        int database = 0;
        if (scheme == Scheme.REDIS_SOCKET) {
            socket = Optional.of(decoded(path, "the path of the socket"));
            database = number(parameters.getOrDefault(DB, "0"), "in the parameter db, the database: 0 or more");
        } else if (path.length() > 1) {
            database = number(path.substring(1), "the database, 0 or more, behind the /, and nothing more");
        }
        Duration timeout = duration(parameters, TIMEOUT, RedisUrl.DEFAULT_TIMEOUT);
        Duration connectTimeout = duration(parameters, CONNECT_TIMEOUT, RedisUrl.DEFAULT_CONNECT_TIMEOUT);
        try {
            return new RedisUrl(
                    scheme.topology,
                    scheme.tls,
                    hosts,
                    socket,
                    user,
                    password,
                    database,
                    parameters.getOrDefault(MASTER, ""),
                    timeout,
                    connectTimeout,
                    Optional.ofNullable(parameters.get(SENTINEL_USER)),
                    Optional.ofNullable(parameters.get(SENTINEL_PASSWORD)),
                    Optional.ofNullable(parameters.get(CA)));
        } catch (GuardConfigurationException e) {
            throw refused(e.detail());
        }
    }

    private Scheme scheme() {
        int end = text.indexOf("://");
        String name = end < 0 ? "" : text.substring(0, end).toLowerCase(Locale.ROOT);
        List<String> known = new ArrayList<>();
        for (Scheme scheme : Scheme.values()) {
            if (scheme.text().equals(name)) {
                return scheme;
            }
            known.add(scheme.text() + "://");
        }
        if (isQuotable(name)) {
            shown = name + "://***";
        }
        throw wrong("one of " + String.join(", ", known) + " at the start");
    }

    // ─── User and password ──────────────────────────────────────────────────────────────────────

    private Optional<String> user(String authority, int at) {
        String user = before(authority.substring(0, Math.max(at, 0)), ':');
        if (at == 0) {
            throw wrong("a user or a password before the @, or no @");
        }
        return user.isEmpty() ? Optional.empty() : Optional.of(decoded(user, "the user"));
    }

    private Optional<String> password(String authority, int at) {
        String credentials = authority.substring(0, Math.max(at, 0));
        if (credentials.indexOf(':') < 0) {
            return Optional.empty();
        }
        String password = after(credentials, ':');
        if (password.isEmpty()) {
            throw wrong("a password between : and @, or no : where the user has none");
        }
        return Optional.of(decoded(password, "the password"));
    }

    // ─── Hosts ──────────────────────────────────────────────────────────────────────────────────

    private List<Host> noHosts(String places) {
        if (!places.isEmpty()) {
            throw wrong("no host, but the path of a socket, such as redis-socket:///run/redis.sock");
        }
        return List.of();
    }

    private List<Host> hosts(Scheme scheme, String places) {
        List<Host> hosts = new ArrayList<>();
        String rest = places;
        while (rest.indexOf(',') >= 0) {
            hosts.add(host(scheme, before(rest, ',')));
            rest = after(rest, ',');
        }
        hosts.add(host(scheme, rest));
        if (hosts.size() > 1 && scheme.topology == Topology.STANDALONE) {
            throw wrong("one host; several are the sentinels or servers of redis-sentinel:// and redis-cluster://");
        }
        return hosts;
    }

    private Host host(Scheme scheme, String place) {
        String name = before(place, ':');
        String port = place.substring(name.length());
        boolean valid = isName(name);
        if (place.startsWith("[")) {
            name = before(place, ']').substring(1);
            valid = isAddress6(name) && place.indexOf(']') > 0;
            port = after(place, ']');
        }
        if (!valid) {
            throw wrong("a host: a name of letters, digits, - _ and ., an IPv4 address, or an IPv6 address in []");
        }
        int number = scheme.topology == Topology.SENTINEL ? SENTINEL_PORT : REDIS_PORT;
        if (!port.isEmpty()) {
            number = port.startsWith(":") ? number(port.substring(1), PORT) : 0;
        }
        if (number < 1 || number > 65_535) {
            throw wrong(PORT);
        }
        return new Host(name, number);
    }

    private static final String PORT = "a port from 1 to 65535 behind the : of a host, or no :";

    private static boolean isName(String name) {
        return !name.isEmpty()
                && name.length() <= 253
                && !name.startsWith(".")
                && !name.contains("..")
                && all(name, c -> isLetterOrDigit(c) || c == '-' || c == '_' || c == '.');
    }

    /** Eight groups, {@code ::} for one or more of them, an IPv4 address for the last two; no zone. */
    private static boolean isAddress6(String address) {
        int gap = address.indexOf("::");
        if (gap < 0) {
            return groups(address, true) == 8;
        }
        int left = groups(address.substring(0, gap), false);
        int right = groups(address.substring(gap + 2), true);
        return left >= 0 && right >= 0 && left + right <= 7;
    }

    /** How many groups of an IPv6 address the text is; -1 if it is not made of such. */
    private static int groups(String text, boolean last) {
        if (text.isEmpty()) {
            return 0;
        }
        int groups = 0;
        String rest = text;
        while (rest.indexOf(':') >= 0) {
            if (!isGroup(before(rest, ':'))) {
                return -1;
            }
            rest = after(rest, ':');
            groups++;
        }
        if (isGroup(rest)) {
            return groups + 1;
        }
        return last && isAddress4(rest) ? groups + 2 : -1;
    }

    private static boolean isGroup(String text) {
        return !text.isEmpty() && text.length() <= 4 && all(text, HexFormat::isHexDigit);
    }

    private static boolean isAddress4(String text) {
        String rest = text + ".";
        for (int i = 0; i < 4; i++) {
            String part = before(rest, '.');
            boolean octet = !part.isEmpty()
                    && part.length() <= 3
                    && all(part, RedisUrlReader::isDigit)
                    && (part.length() == 1 || !part.startsWith("0"))
                    && Integer.parseInt(part) <= 255;
            if (!octet) {
                return false;
            }
            rest = after(rest, '.');
        }
        return rest.isEmpty();
    }

    // ─── Parameters ─────────────────────────────────────────────────────────────────────────────

    private Map<String, String> parameters(Scheme scheme, String query) {
        Map<String, String> parameters = new TreeMap<>();
        String rest = query;
        while (!rest.isEmpty()) {
            String parameter = before(rest, '&');
            rest = after(rest, '&');
            String name = before(parameter, '=');
            String known = String.join(", ", scheme.parameters());
            if (!scheme.parameters().contains(name)) {
                throw refused("unknown parameter" + (isQuotable(name) ? " '" + name + "'" : "") + ", expected one of "
                        + known);
            }
            String value = decoded(after(parameter, '='), "the parameter " + name);
            if (value.isEmpty()) {
                throw refused("the parameter " + name + " has no value");
            }
            if (parameters.put(name, value) != null) {
                throw refused("the parameter " + name + " is there twice, expected it once");
            }
        }
        if (scheme.topology == Topology.SENTINEL && !parameters.containsKey(MASTER)) {
            throw wrong("the parameter master, the name by which the sentinels know the primary");
        }
        return parameters;
    }

    private Duration duration(Map<String, String> parameters, String name, Duration fallback) {
        String value = parameters.get(name);
        if (value == null) {
            return fallback;
        }
        try {
            return Micros.toDuration(Micros.parse(value));
        } catch (GuardConfigurationException e) {
            throw refused("the parameter " + name + ": " + e.detail());
        }
    }

    /** A number below 10<sup>9</sup>. */
    private int number(String digits, String expected) {
        if (digits.isEmpty() || digits.length() > 9 || !all(digits, RedisUrlReader::isDigit)) {
            throw wrong(expected);
        }
        return Integer.parseInt(digits);
    }

    // ─── Characters ─────────────────────────────────────────────────────────────────────────────

    private String decoded(String part, String what) {
        byte[] utf8 = part.getBytes(StandardCharsets.UTF_8);
        ByteBuffer decoded = ByteBuffer.allocate(utf8.length);
        for (int i = 0; i < utf8.length; i++) {
            if (utf8[i] != '%') {
                decoded.put(utf8[i]);
            } else if (i + 2 < utf8.length && HexFormat.isHexDigit(utf8[i + 1]) && HexFormat.isHexDigit(utf8[i + 2])) {
                decoded.put((byte) (HexFormat.fromHexDigit(utf8[i + 1]) << 4 | HexFormat.fromHexDigit(utf8[i + 2])));
                i += 2;
            } else {
                throw wrong("two hexadecimal digits behind each % in " + what + "; a % itself is written %25");
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(decoded.flip()).toString();
        } catch (CharacterCodingException e) {
            throw wrong("UTF-8 in " + what);
        }
    }

    /** The text with all but letters, digits, {@code - _ . ~ /} as {@code %XX}. */
    static String encoded(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (isLetterOrDigit(b) || b == '-' || b == '_' || b == '.' || b == '~' || b == '/') {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return encoded.toString();
    }

    /** What precedes the first such character; everything if there is none. */
    private static String before(String text, char separator) {
        int index = text.indexOf(separator);
        return index < 0 ? text : text.substring(0, index);
    }

    /** What follows the first such character; nothing if there is none. */
    private static String after(String text, char separator) {
        int index = text.indexOf(separator);
        return index < 0 ? "" : text.substring(index + 1);
    }

    private static boolean isQuotable(String name) {
        return !name.isEmpty()
                && name.length() <= MOST_QUOTED
                && all(name, c -> isLetterOrDigit(c) || c == '-' || c == '_' || c == '+');
    }

    private static boolean all(String text, IntPredicate condition) {
        return text.chars().allMatch(condition);
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isLetterOrDigit(int c) {
        return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private GuardConfigurationException wrong(String expected) {
        return refused("expected " + expected);
    }

    private GuardConfigurationException refused(String problem) {
        return new GuardConfigurationException(setting + " is '" + shown + "': " + problem);
    }
}
