package dev.guard.server;

import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.Micros;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A value in a {@link YamlFile}, with its place and the path of fields that leads to it.
 *
 * <p>A value that is not what was asked for is noted as an error of the file, and an empty answer is given, so that
 * the reader goes on to the next one.
 */
final class YamlValue {

    private final YamlFile file;
    private final String path;
    private final Node node;
    private final Optional<Mark> name;

    /** The value of a whole file. */
    YamlValue(YamlFile file, Node node) {
        this(file, "", node, node.getStartMark());
    }

    /** A value within another one; {@code name} is where its field's name stands. */
    private YamlValue(YamlFile file, String path, Node node, Optional<Mark> name) {
        this.file = file;
        this.path = path;
        this.node = node;
        this.name = name;
    }

    /** The mapping's entries in their order, whatever they are called. */
    Map<String, YamlValue> entries() {
        Map<String, YamlValue> entries = new LinkedHashMap<>();
        if (!(node instanceof MappingNode mapping)) {
            error("is " + shown() + ", expected a mapping");
            return entries;
        }
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                file.error(tuple.getKeyNode().getStartMark(), at("has a field whose name is not a text"));
                continue;
            }
            String name = key.getValue();
            String shown = Shown.cut(name);
            YamlValue value = new YamlValue(
                    file, path.isEmpty() ? shown : path + "." + shown, tuple.getValueNode(), key.getStartMark());
            if (entries.putIfAbsent(name, value) != null) {
                value.nameError("is set twice, expected one value");
            }
        }
        return entries;
    }

    /** The mapping's entries, of which every one must be known. */
    Map<String, YamlValue> fields(String... known) {
        Map<String, YamlValue> fields = entries();
        fields.entrySet().removeIf(field -> {
            boolean unknown = !Arrays.asList(known).contains(field.getKey());
            if (unknown) {
                field.getValue().nameError("is not a known field, expected " + oneOf(known));
            }
            return unknown;
        });
        return fields;
    }

    /** The list's items. */
    List<YamlValue> items() {
        List<YamlValue> items = new ArrayList<>();
        if (!(node instanceof SequenceNode sequence)) {
            error("is " + shown() + ", expected a list");
            return items;
        }
        for (int i = 0; i < sequence.getValue().size(); i++) {
            Node item = sequence.getValue().get(i);
            items.add(new YamlValue(file, path + "[" + i + "]", item, item.getStartMark()));
        }
        return items;
    }

    boolean isList() {
        return node instanceof SequenceNode;
    }

    boolean isMapping() {
        return node instanceof MappingNode;
    }

    /** The scalar's text, as it stands there; {@code expected} says what it should have been. */
    Optional<String> text(String expected) {
        if (node instanceof ScalarNode scalar && !scalar.getTag().equals(Tag.NULL)) {
            return Optional.of(scalar.getValue());
        }
        error("is " + shown() + ", expected " + expected);
        return Optional.empty();
    }

    /** A truth value: true or false. */
    Optional<Boolean> flag() {
        if (node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.BOOL)) {
            return Optional.of(Boolean.parseBoolean(scalar.getValue()));
        }
        error("is " + shown() + ", expected true or false");
        return Optional.empty();
    }

    /** A whole number in a range. */
    Optional<Integer> number(int least, int most) {
        return number((long) least, most).map(Long::intValue);
    }

    /** A whole number in a range that may be beyond what an int holds. */
    Optional<Long> number(long least, long most) {
        if (node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.INT)) {
            try {
                long value = Long.parseLong(scalar.getValue());
                if (value >= least && value <= most) {
                    return Optional.of(value);
                }
            } catch (NumberFormatException e) {
                // told below, like a number out of range
            }
        }
        error("is " + shown() + ", expected a whole number from " + least + " to " + most);
        return Optional.empty();
    }

    /** A duration above zero in the way of limits: 500ms, 10m. */
    Optional<Duration> duration() {
        return text("a duration such as 10m").flatMap(text -> {
            try {
                return Optional.of(Micros.toDuration(Micros.parse(text)));
            } catch (GuardConfigurationException e) {
                error("is " + Shown.of(text)
                        + ", expected a duration: an integer and one of us, ms, s, m (minutes), h, d, w");
                return Optional.empty();
            }
        });
    }

    /** Notes an error at this value. */
    void error(String message) {
        file.error(node.getStartMark(), at(message));
    }

    /** Notes an error at the name of this value's field. */
    private void nameError(String message) {
        file.error(name, at(message));
    }

    private String at(String message) {
        return path.isEmpty() ? message : path + ": " + message;
    }

    /** The value as an error shows it: a scalar in quotes, cut where it is long. */
    private String shown() {
        if (node instanceof ScalarNode scalar) {
            String text = scalar.getValue();
            return scalar.getTag().equals(Tag.NULL) ? "empty" : Shown.of(text);
        }
        return node instanceof MappingNode ? "a mapping" : "a list";
    }

    private static String oneOf(String... known) {
        return known.length == 1 ? known[0] : "one of " + String.join(", ", known);
    }
}
