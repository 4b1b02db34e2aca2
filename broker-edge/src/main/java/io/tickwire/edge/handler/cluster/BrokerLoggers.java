package io.tickwire.edge.handler.cluster;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;

/** Logger levels as the BROKER_LOGGER resource, in the words of Kafka: FATAL, ERROR, WARN, INFO, DEBUG, TRACE. */
public final class BrokerLoggers {
    private static final String ROOT = "root";
    private static final Map<String, Level> BY_NAME = Map.of(
            "FATAL", Level.SEVERE,
            "ERROR", Level.SEVERE,
            "WARN", Level.WARNING,
            "INFO", Level.INFO,
            "DEBUG", Level.FINE,
            "TRACE", Level.FINEST);

    /** Loggers whose level was set: java.util.logging would forget them. */
    private final Map<String, Logger> held = new ConcurrentHashMap<>();

    /** Every logger with its effective level. */
    public List<DescribeConfigsResourceResult> describe() {
        List<DescribeConfigsResourceResult> entries = new ArrayList<>();
        for (String name : Collections.list(LogManager.getLogManager().getLoggerNames())) {
            Logger logger = LogManager.getLogManager().getLogger(name);
            if (logger != null) {
                entries.add(new DescribeConfigsResourceResult()
                        .setName(name.isEmpty() ? ROOT : name)
                        .setValue(kafkaName(effective(logger)))
                        .setConfigSource(ConfigSource.DYNAMIC_BROKER_LOGGER_CONFIG.id())
                        .setIsSensitive(false)
                        .setReadOnly(false));
            }
        }
        return entries;
    }

    /**
     * Checks a change of one logger.
     *
     * @throws InvalidConfigurationException for an unknown level or logger
     * @throws InvalidRequestException for an operation that loggers do not have
     */
    public void validate(String name, AlterConfigOp.OpType operation, String level) {
        switch (operation) {
            case SET -> {
                exists(name);
                if (!BY_NAME.containsKey(level)) {
                    throw new InvalidConfigurationException("Cannot set the log level of " + name + " to " + level
                            + " as it is not a supported log level. Valid log levels are "
                            + "DEBUG, ERROR, FATAL, INFO, TRACE, WARN");
                }
            }
            case DELETE -> {
                exists(name);
                if (name.equals(ROOT)) {
                    throw new InvalidRequestException("Removing the log level of the root logger is not allowed");
                }
            }
            default ->
                throw new InvalidRequestException(
                        operation + " operation is not allowed for the BROKER_LOGGER resource");
        }
    }

    private static void exists(String name) {
        if (LogManager.getLogManager().getLogger(julName(name)) == null) {
            throw new InvalidConfigurationException("Logger " + name + " does not exist!");
        }
    }

    /** Applies a validated change; a deleted level is that of the parent again. */
    public void apply(String name, AlterConfigOp.OpType operation, String level) {
        Logger logger = Logger.getLogger(julName(name));
        held.put(name, logger);
        logger.setLevel(operation == AlterConfigOp.OpType.SET ? BY_NAME.get(level) : null);
    }

    private static String julName(String name) {
        return name.equals(ROOT) ? "" : name;
    }

    private static Level effective(Logger logger) {
        Logger at = logger;
        while (at != null && at.getLevel() == null) {
            at = at.getParent();
        }
        return at == null ? Level.INFO : at.getLevel();
    }

    private static String kafkaName(Level level) {
        int value = level.intValue();
        if (value >= Level.SEVERE.intValue()) {
            return "ERROR";
        } else if (value >= Level.WARNING.intValue()) {
            return "WARN";
        } else if (value >= Level.INFO.intValue()) {
            return "INFO";
        }
        return value >= Level.FINE.intValue() ? "DEBUG" : "TRACE";
    }
}
