package io.tickwire.edge.config;

import io.smallrye.config.SmallRyeConfig;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** Typed look-ups for the records, with errors that name the setting, its value and the remedy. */
final class Values {
    private final SmallRyeConfig config;

    Values(SmallRyeConfig config) {
        this.config = config;
    }

    <T> T get(ConfigKey<T> key) {
        return parse(key, key.name());
    }

    /** A setting of a family, such as {@code feeds.NAME.group}. */
    <T> T get(ConfigKey<T> key, String member) {
        return parse(key, key.name().replace("*", member));
    }

    /** The value, or empty when the setting is not set and its default is "". */
    <T> Optional<T> find(ConfigKey<T> key) {
        return text(key.name()).map(text -> convert(key, key.name(), text));
    }

    /** The value for a member of a family, or empty when it is not set. */
    <T> Optional<T> find(ConfigKey<T> key, String member) {
        String name = key.name().replace("*", member);
        return text(name).map(text -> convert(key, name, text));
    }

    /** The names the operator chose under a prefix, such as {@code feeds.}. */
    SortedSet<String> members(String prefix) {
        SortedSet<String> members = new TreeSet<>();
        for (String name : config.getPropertyNames()) {
            int end = name.indexOf('.', prefix.length());
            if (name.startsWith(prefix) && end > 0) {
                members.add(name.substring(prefix.length(), end));
            }
        }
        return members;
    }

    Optional<String> text(String name) {
        return config.getOptionalValue(name, String.class).map(String::strip).filter(text -> !text.isEmpty());
    }

    private <T> T parse(ConfigKey<T> key, String name) {
        String text = text(name).orElse(key.defaultText());
        if (text == null) {
            throw new ConfigException(name + " is not set: " + key.doc());
        }
        return convert(key, name, text);
    }

    private static <T> T convert(ConfigKey<T> key, String name, String text) {
        try {
            return key.type().parser().apply(text);
        } catch (IllegalArgumentException e) {
            throw ConfigException.of(name, text, e.getMessage());
        }
    }
}
