const answer = await fetch("http://127.0.0.1:8000/v1/priority-areas?lang=zh");
for (const area of (await answer.json()).items) {
  console.log(area.year, area.position, area.title, area.source.line);
}
