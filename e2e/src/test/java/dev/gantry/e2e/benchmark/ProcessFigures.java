package dev.gantry.e2e.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the kernel knows of a process. */
record ProcessFigures(long pid) {

    private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB$");

    /** Of user and system time, as a clock tick is: 10 ms on every Linux. */
    private static final double TICK_SECONDS = 0.01;

    double residentMebibytes() throws IOException {
        Matcher found = RESIDENT.matcher(Files.readString(Path.of("/proc/" + pid + "/status")));
        if (!found.find()) {
            throw new IOException("the kernel does not say how much memory process " + pid + " has");
        }
        return Double.parseDouble(found.group(1)) / 1024;
    }

    double processorSeconds() throws IOException {
        String line = Files.readString(Path.of("/proc/" + pid + "/stat"));
        // The name, in brackets, may hold blanks.
        String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_SECONDS;
    }
}
