package dev.gantry.controller.scheduler.query;

/** A text that is no cluster query, or a query that cannot be evaluated within its bounds. */
public final class QueryException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final int position;
    private final String problem;

    /**
     * @param position offset in the query at which reading stopped, from 0; -1 when evaluating
     *     failed
     * @param problem what was expected and what was there
     */
    public QueryException(int position, String problem) {
        super(position < 0 ? problem : "at position " + position + ": " + problem);
        this.position = position;
        this.problem = problem;
    }

    public int position() {
        return position;
    }

    public String problem() {
        return problem;
    }
}
