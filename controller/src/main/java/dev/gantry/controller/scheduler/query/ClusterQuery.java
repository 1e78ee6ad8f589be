package dev.gantry.controller.scheduler.query;

/**
 * A parsed query, for example {@code attribute:ecs.instance-type =~ t3.* and not(task:group ==
 * database)}. A node without the subject does not equal, match or compare with anything; the
 * negated operators hold for it.
 */
public final class ClusterQuery {

    /** Characters of a query, as for the expression of an ECS placement constraint. */
    public static final int LENGTH_MAX = 2_000;

    /** Parentheses and negations within each other. */
    public static final int DEPTH_MAX = 32;

    private final String text;
    private final Expression root;
    private final boolean aboutWorkloads;

    private ClusterQuery(String text, Expression root) {
        this.text = text;
        this.root = root;
        this.aboutWorkloads = root.isAboutWorkloads();
    }

    /**
     * Reads a query.
     *
     * @throws QueryException with the position and what was expected there
     */
    public static ClusterQuery parse(String text) {
        return new ClusterQuery(text, new Parser(text).parse());
    }

    /**
     * Whether a node is what the query asks for.
     *
     * @throws QueryException when a pattern needs too many steps
     */
    public boolean matches(QueryNode node) {
        return Evaluation.holds(root, node);
    }

    /** Whether the answer for a node may change when a workload comes or goes there. */
    public boolean isAboutWorkloads() {
        return aboutWorkloads;
    }

    Expression root() {
        return root;
    }

    @Override
    public String toString() {
        return text;
    }
}
