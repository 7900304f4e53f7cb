// Scrolls the tables to their newest years, which come last.

for (const table of document.querySelectorAll(".years")) table.scrollLeft = table.scrollWidth;
