package dev.gantry.cli.command;

import picocli.CommandLine.IVersionProvider;

/** What this is and what it runs on. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        String version = Version.class.getPackage().getImplementationVersion();
        return new String[] {
            "gantry " + (version == null ? "0.1.0-SNAPSHOT" : version) + " (Java " + Runtime.version() + ")"
        };
    }
}
