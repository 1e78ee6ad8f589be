package dev.gantry.cli.apply;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The kinds of document, in the order in which they are applied; deletion goes the other way round. */
public enum Kind {
    CLUSTER("Cluster", "CreateClusterRequest", "clusterName"),
    TASK_DEFINITION("TaskDefinition", "RegisterTaskDefinitionRequest", "family"),
    SERVICE("Service", "CreateServiceRequest", "serviceName");

    private final String title;
    private final String shape;
    private final String nameMember;

    Kind(String title, String shape, String nameMember) {
        this.title = title;
        this.shape = shape;
        this.nameMember = nameMember;
    }

    /** As written in a document. */
    public String title() {
        return title;
    }

    /** As printed: {@code service}, {@code taskdefinition}, {@code cluster}. */
    public String label() {
        return title.toLowerCase(Locale.ROOT);
    }

    String shape() {
        return shape;
    }

    String nameMember() {
        return nameMember;
    }

    static Optional<Kind> of(String title) {
        return Arrays.stream(values()).filter(kind -> kind.title.equals(title)).findFirst();
    }

    static List<String> titles() {
        return Arrays.stream(values()).map(Kind::title).toList();
    }
}
