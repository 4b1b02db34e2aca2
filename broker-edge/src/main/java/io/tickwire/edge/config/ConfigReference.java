package io.tickwire.edge.config;

/** The reference table of all settings, in Markdown. */
public final class ConfigReference {
    private ConfigReference() {}

    /** One row per setting. */
    public static String markdown() {
        StringBuilder table = new StringBuilder("| Setting | Type | Default | Meaning |\n|---|---|---|---|\n");
        for (ConfigKey<?> key : ConfigKeys.all()) {
            String shown = key.defaultText() == null ? "(required)" : key.defaultText();
            table.append("| `").append(key.name().replace("*", "NAME")).append("` | ");
            table.append(key.type().name().replace("|", "\\|")).append(" | ");
            table.append(shown).append(" | ").append(key.doc()).append(" |\n");
        }
        table.append(
                "| `kafka.NAME` | as Kafka's | as Kafka's | any broker setting of Kafka by its own name, such as ");
        return table.append("`kafka.num.partitions` or `kafka.log.retention.ms` |\n")
                .toString();
    }
}
