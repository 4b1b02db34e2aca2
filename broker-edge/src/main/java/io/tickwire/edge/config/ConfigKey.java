package io.tickwire.edge.config;

/**
 * One setting.
 *
 * @param name dotted; one {@code *} stands for a name the operator chooses
 * @param type how its text is read
 * @param defaultText used when it is not set; null makes it required where its record is used, "" leaves it absent
 * @param doc one line for the reference table
 * @param <T> the value's type
 */
public record ConfigKey<T>(String name, ConfigType<T> type, String defaultText, String doc) {
    /** A setting with a default. */
    public static <T> ConfigKey<T> of(String name, ConfigType<T> type, String defaultText, String doc) {
        return new ConfigKey<>(name, type, defaultText, doc);
    }

    /** A setting that has none. */
    public static <T> ConfigKey<T> required(String name, ConfigType<T> type, String doc) {
        return new ConfigKey<>(name, type, null, doc);
    }

    /** Whether a name, as the operator wrote it, is this setting. */
    public boolean matches(String candidate) {
        int star = name.indexOf('*');
        if (star < 0) {
            return name.equals(candidate);
        }
        String before = name.substring(0, star);
        String after = name.substring(star + 1);
        return candidate.length() > before.length() + after.length()
                && candidate.startsWith(before)
                && candidate.endsWith(after)
                && candidate.indexOf('.', before.length()) == candidate.length() - after.length();
    }
}
