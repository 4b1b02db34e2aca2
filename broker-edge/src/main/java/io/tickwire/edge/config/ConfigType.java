package io.tickwire.edge.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the text of a setting becomes a value.
 *
 * @param name shown in the reference table
 * @param parser fails with IllegalArgumentException, whose message says what would be right
 * @param <T> the value's type
 */
public record ConfigType<T>(String name, Function<String, T> parser) {
    /** Any text. */
    public static final ConfigType<String> TEXT = new ConfigType<>("text", Function.identity());

    /** true or false. */
    public static final ConfigType<Boolean> BOOL = new ConfigType<>("bool", ConfigType::bool);

    /** A path. */
    public static final ConfigType<Path> PATH = new ConfigType<>("path", ConfigType::path);

    /** Bytes: a number with an optional unit B, KiB, MiB or GiB. */
    public static final ConfigType<Long> SIZE = new ConfigType<>("size", ConfigType::size);

    /** A time in nanoseconds: a number with a unit ns, us, ms, s, min or h. */
    public static final ConfigType<Long> DURATION_NS = new ConfigType<>("duration", ConfigType::duration);

    /** HOST:PORT. */
    public static final ConfigType<HostPort> HOST_PORT = new ConfigType<>("host:port", HostPort::parse);

    /** CPUs by number. */
    public static final ConfigType<CpuSet> CPUS = new ConfigType<>("cpus", CpuSet::parse);

    /** Texts separated by commas. */
    public static final ConfigType<List<String>> LIST = new ConfigType<>("list", ConfigType::list);

    private static final Pattern NUMBER_UNIT = Pattern.compile("(\\d+)\\s*([a-zA-Z]*)");

    /** A whole number within bounds. */
    public static ConfigType<Integer> integer(int min, int max) {
        return new ConfigType<>("int", text -> {
            try {
                int value = Integer.parseInt(text);
                if (value >= min && value <= max) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // Answered below, like a number out of bounds.
            }
            throw new IllegalArgumentException("needs a whole number from " + min + " to " + max);
        });
    }

    /** A whole number within bounds, 64 bits. */
    public static ConfigType<Long> number(long min, long max) {
        return new ConfigType<>("long", text -> {
            try {
                long value = Long.parseLong(text);
                if (value >= min && value <= max) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // Answered below, like a number out of bounds.
            }
            throw new IllegalArgumentException("needs a whole number from " + min + " to " + max);
        });
    }

    /** One of the constants of an enum, in lower case. */
    public static <E extends Enum<E>> ConfigType<E> choice(Class<E> type) {
        List<String> names = Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .toList();
        return new ConfigType<>(String.join("|", names), text -> {
            int index = names.indexOf(text.toLowerCase(Locale.ROOT));
            if (index < 0) {
                throw new IllegalArgumentException("needs one of " + String.join(", ", names));
            }
            return type.getEnumConstants()[index];
        });
    }

    private static Boolean bool(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("needs true or false");
        };
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("is no path: " + e.getReason(), e);
        }
    }

    private static List<String> list(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .toList();
    }

    private static Long size(String text) {
        return scaled(text, "needs a size such as 65536, 64 KiB, 16 MiB or 1 GiB", unit -> switch (unit) {
            case "", "b" -> 1L;
            case "k", "kb", "kib" -> 1L << 10;
            case "m", "mb", "mib" -> 1L << 20;
            case "g", "gb", "gib" -> 1L << 30;
            default -> 0L;
        });
    }

    private static Long duration(String text) {
        return scaled(
                text, "needs a time with its unit, such as 50 us, 10 ms, 5 s, 10 min or 1 h", unit -> switch (unit) {
                    case "ns" -> 1L;
                    case "us" -> 1_000L;
                    case "ms" -> 1_000_000L;
                    case "s" -> 1_000_000_000L;
                    case "min" -> 60_000_000_000L;
                    case "h" -> 3_600_000_000_000L;
                    default -> 0L;
                });
    }

    private static Long scaled(String text, String remedy, Function<String, Long> scale) {
        Matcher matcher = NUMBER_UNIT.matcher(text);
        if (matcher.matches()) {
            long factor = scale.apply(matcher.group(2).toLowerCase(Locale.ROOT));
            try {
                if (factor > 0) {
                    return Math.multiplyExact(Long.parseLong(matcher.group(1)), factor);
                }
            } catch (ArithmeticException | NumberFormatException e) {
                throw new IllegalArgumentException("is too large; " + remedy, e);
            }
        }
        throw new IllegalArgumentException(remedy);
    }
}
