package dev.gantry.cli.terminal;

/** A command that cannot go on: what failed, why, and what to do about it. Shown as three lines on stderr. */
public final class Failure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Exit exit;
    private final String what;
    private final String why;
    private final String remedy;

    public Failure(Exit exit, String what, String why, String remedy) {
        super(what + ": " + why);
        this.exit = exit;
        this.what = what;
        this.why = why;
        this.remedy = remedy;
    }

    public Exit exit() {
        return exit;
    }

    /** The lines to print; a part that has nothing to say is left out. */
    public String lines() {
        StringBuilder lines = new StringBuilder("error: ").append(what).append('\n');
        if (!why.isEmpty()) {
            lines.append("  why: ").append(why.replace("\n", "\n       ")).append('\n');
        }
        if (!remedy.isEmpty()) {
            lines.append("  try: ").append(remedy.replace("\n", "\n       ")).append('\n');
        }
        return lines.toString();
    }
}
