/* The C side of the programs: a library with two kinds of objects, and plain uses of the heap. */
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <windows.h>
#define open_library(path) LoadLibraryA(path)
#define find_function(library, name) GetProcAddress(library, name)
typedef HMODULE library_handle;
#else
#include <dlfcn.h>
#define open_library(path) dlopen(path, RTLD_NOW)
#define find_function(library, name) dlsym(library, name)
typedef void *library_handle;
#endif

struct widget { int kind; int state[7]; };

struct widget *side_widget_new(int kind) {
    struct widget *widget = calloc(1, sizeof *widget);
    if (widget) widget->kind = kind;
    return widget;
}

void side_widget_free(struct widget *widget) { free(widget); }

int side_widget_kind(const struct widget *widget) { return widget->kind; }

int side_gadget_open(struct widget **out, int kind) {
    if (kind < 0) return -1;
    *out = side_widget_new(kind);
    return *out ? 0 : -1;
}

int side_gadget_close(struct widget **gadget) {
    free(*gadget);
    *gadget = NULL;
    return 0;
}

struct widget *side_widget_grow(struct widget *widget) {
    struct widget *grown = malloc(4 * sizeof *widget);
    if (!grown) return NULL;
    memcpy(grown, widget, sizeof *widget);
    free(widget);
    return grown;
}

/* Keeps an object and releases it with the given function later. */
static void *kept;
static void (*kept_free)(void *);

void side_keep(void *object, void (*release)(void *)) {
    kept = object;
    kept_free = release;
}

void side_drop_kept(void) {
    if (kept_free) kept_free(kept);
    kept = NULL;
    kept_free = NULL;
}

void *side_alloc(size_t size) { return malloc(size); }
char *side_text(void) { return strdup("a text of the C side"); }
void side_release(void *block) { free(block); }
void *side_resize(void *block, size_t size) { return realloc(block, size); }

/* Calls `char *plugin_text(void)` of a shared library. */
char *side_plugin_text(const char *path) {
    library_handle library = open_library(path);
    if (!library) return NULL;
    char *(*text)(void) = (char *(*)(void))find_function(library, "plugin_text");
    return text ? text() : NULL;
}

void side_plugin_release(const char *path, char *text) {
    library_handle library = open_library(path);
    if (!library) return;
    void (*release)(char *) = (void (*)(char *))find_function(library, "plugin_release");
    if (release) release(text);
}
