package dev.gantry.cli.apply;

/**
 * What a document is about.
 *
 * @param cluster that a service lives in; empty for the other kinds
 */
public record ObjectId(Kind kind, String cluster, String name) {

    public static ObjectId cluster(String name) {
        return new ObjectId(Kind.CLUSTER, "", name);
    }

    public static ObjectId taskDefinition(String family) {
        return new ObjectId(Kind.TASK_DEFINITION, "", family);
    }

    public static ObjectId service(String cluster, String name) {
        return new ObjectId(Kind.SERVICE, cluster, name);
    }

    /** {@code service/web}: as printed. */
    @Override
    public String toString() {
        return kind.label() + "/" + name;
    }
}
