package io.tickwire.edge.config;

/** A setting cannot be used as it is; the message names the setting, its value and what would be right. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With the full sentence for the operator. */
    public ConfigException(String message) {
        super(message);
    }

    /** About one setting. */
    public static ConfigException of(String name, String value, String remedy) {
        return new ConfigException(name + " = '" + value + "': " + remedy);
    }
}
