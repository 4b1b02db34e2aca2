package io.tickwire.edge.launch;

import java.util.concurrent.Callable;

/**
 * A subcommand of {@code tickwire}: annotated with picocli's {@code @Command}, with a public constructor without arguments,
 * and named in {@code META-INF/services/io.tickwire.edge.launch.CliCommand}. Its result is the exit status.
 */
public interface CliCommand extends Callable<Integer> {}
