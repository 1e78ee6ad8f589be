/** What is read of stored documents. */
@NullMarked
package dev.gantry.controller.kube.document;

import org.jspecify.annotations.NullMarked;
